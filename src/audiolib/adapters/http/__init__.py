"""AudioSource and TempCleaner over HTTP."""
