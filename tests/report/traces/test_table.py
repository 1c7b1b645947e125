from docksim.report.traces.hops import trace_of
from docksim.report.traces.table import sheet
from tests.study.factory import records_of_a_pull, records_of_a_removal


def test_a_row_a_hop_with_its_times():
    found = sheet(trace_of(records_of_a_pull(), "pull"))
    assert found.title == "docker pull: 1.31 s, ok"
    assert [cell.text for cell in found.rows[1]] == [
        "2",
        "CLI → dockerd",
        "2.00 ms",
        "2.00 ms",
        "1.00 ms",
        "POST /images/create",
    ]
    assert len(found.rows) == 12
    assert found.rows[4][-1].text == "[layer 1] download layer"


def test_replies_and_own_work_have_their_signs():
    where = [row[1].text for row in sheet(trace_of(records_of_a_removal(), "rm")).rows]
    assert where[4] == "shim ↻"
    assert where[-1] == "CLI ⇢ user"
