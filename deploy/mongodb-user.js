// Run once by MongoDB's image, when its volume is empty: the user of our services, who may read and
// write the one database, and nothing else.
db.getSiblingDB("audiolib").createUser({
  user: "audiolib",
  pwd: fs.readFileSync("/run/secrets/mongodb_password", "utf8").trim(),
  roles: [{ role: "readWrite", db: "audiolib" }],
});
