"""The contract of the port DocumentSchema."""

import pytest

from audiolib.domain.documents.asset_document import SCHEMA_VERSION, to_document
from audiolib.domain.model.audit import DocumentVersion
from audiolib.domain.model.errors import UnreadableDocumentError
from audiolib.domain.model.identifiers import AssetId
from audiolib.ports.document_schema import DocumentSchema
from audiolib.ports.metadata_repo import MetadataRepo
from audiolib.testing.contracts.raw_documents import RawDocuments, by_another_program
from audiolib.testing.contracts.samples import NOW, TENANT, gather, new_id, pending, ready_from


@pytest.mark.asyncio
class DocumentSchemaContract:
    """Override, over the same, empty documents:

    - the fixture `schema`: the document schema;
    - the fixture `repo`: a metadata repo;
    - the fixture `raw`: `RawDocuments`.
    """

    @pytest.fixture
    def schema(self) -> DocumentSchema:
        raise NotImplementedError("override the fixture `schema`: over the documents of `repo`")

    @pytest.fixture
    def repo(self) -> MetadataRepo:
        raise NotImplementedError("override the fixture `repo`: a metadata repo without documents")

    @pytest.fixture
    def raw(self) -> RawDocuments:
        raise NotImplementedError("override the fixture `raw`: documents as they are stored")

    async def test_a_document_by_another_program_is_read(
        self, repo: MetadataRepo, raw: RawDocuments
    ) -> None:
        document = by_another_program()
        await raw.put(document)
        found = await repo.get(TENANT, AssetId(document["_id"]))
        assert found is not None
        assert (found.size, found.duration, found.metadata.title) == (12345, 2.5, "Hello")

    async def test_the_survey_tells_every_documents_version(
        self, schema: DocumentSchema, repo: MetadataRepo, raw: RawDocuments
    ) -> None:
        ours, theirs = ready_from(pending()), by_another_program()
        await repo.insert(TENANT, ours)
        await raw.put(theirs)
        expected = [
            DocumentVersion(asset_id=str(ours.id), schema_version=SCHEMA_VERSION),
            DocumentVersion(asset_id=theirs["_id"], schema_version=0),
        ]
        found = await schema.survey(after="", limit=10)
        assert found == sorted(expected, key=lambda each: each.asset_id)

    async def test_the_survey_goes_on_where_it_was_left(
        self, schema: DocumentSchema, repo: MetadataRepo
    ) -> None:
        assets = [ready_from(pending()) for _ in range(5)]
        await gather(repo.insert(TENANT, asset) for asset in assets)
        found = list[str]()
        while some := await schema.survey(after=found[-1] if found else "", limit=2):
            assert len(some) <= 2
            found += [each.asset_id for each in some]
        assert found == sorted(str(asset.id) for asset in assets)

    @pytest.mark.parametrize(
        "changes",
        [
            {"storage": {"bucket": "b", "key": "../../etc/passwd"}},
            {"metadata": None},
            {"schema_version": SCHEMA_VERSION + 1},
        ],
        ids=["bad key", "no metadata", "newer schema"],
    )
    async def test_what_cannot_be_read_is_told_and_never_written(
        self, schema: DocumentSchema, raw: RawDocuments, changes: dict[str, object]
    ) -> None:
        strange = by_another_program(**changes)
        await raw.put(strange)
        (surveyed,) = await schema.survey(after="", limit=10)
        assert surveyed.fault
        before = await raw.get(strange["_id"])
        with pytest.raises(UnreadableDocumentError):
            await schema.upgrade(strange["_id"])
        assert await raw.get(strange["_id"]) == before

    async def test_an_upgrade_adds_what_is_ours_and_keeps_what_is_theirs(
        self, schema: DocumentSchema, repo: MetadataRepo, raw: RawDocuments
    ) -> None:
        document = by_another_program()
        await raw.put(document)
        before = await repo.get(TENANT, AssetId(document["_id"]))
        assert await schema.upgrade(document["_id"])
        upgraded = await raw.get(document["_id"])
        assert upgraded["schema_version"] == SCHEMA_VERSION
        assert upgraded["state"] == "ready"
        assert upgraded["of_their_own"] == {"kept": True}
        assert upgraded["metadata"]["custom"]["theirs"] == "a field that we don't know"
        assert await repo.get(TENANT, AssetId(document["_id"])) == before
        (surveyed,) = await schema.survey(after="", limit=10)
        assert (surveyed.schema_version, surveyed.fault) == (SCHEMA_VERSION, None)

    async def test_an_older_document_of_ours_is_brought_up(
        self, schema: DocumentSchema, repo: MetadataRepo, raw: RawDocuments
    ) -> None:
        asset = ready_from(pending())
        older = to_document(asset)
        del older["schema_version"]
        await raw.put(older)
        assert await schema.upgrade(str(asset.id))
        assert (await raw.get(str(asset.id)))["schema_version"] == SCHEMA_VERSION
        assert await repo.get(TENANT, asset.id) == asset

    async def test_an_upgrade_may_be_repeated_and_changes_nothing_current(
        self, schema: DocumentSchema, repo: MetadataRepo
    ) -> None:
        asset = ready_from(pending())
        await repo.insert(TENANT, asset)
        assert await schema.upgrade(str(asset.id))
        assert await schema.upgrade(str(asset.id))
        assert await repo.get(TENANT, asset.id) == asset

    async def test_what_is_not_there_is_not_upgraded(self, schema: DocumentSchema) -> None:
        assert not await schema.upgrade(str(new_id(NOW)))
