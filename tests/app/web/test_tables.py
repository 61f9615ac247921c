"""Lists: odd addresses never fail, exports never become formulas."""

import pytest

from app.web.tables import MAX_COUNTED_ROWS, ListRequest, Page, csv_parts, safe_cell

SORTS = ("-due", "name")
FILTERS = {"phase": ("difficulty", "rebound"), "commune": None}


def read(**args: str) -> ListRequest:
    return ListRequest.from_args(args, SORTS, FILTERS)


def test_empty_address_gives_the_default_list() -> None:
    assert read() == ListRequest(sort="due", descending=True)


def test_address_is_read() -> None:
    asked = read(q="  four  à pain ", tri="name", page="3", taille="50", phase="rebound")
    assert asked == ListRequest("four à pain", "name", False, 3, 50, {"phase": "rebound"})
    assert asked.offset == 100
    assert asked.is_narrowed


@pytest.mark.parametrize("page", ["", "-1", "0", "x", "1e9", "²", "9" * 400])
def test_odd_page_numbers_fall_back(page: str) -> None:
    assert read(page=page).number == 1


def test_unknown_sorts_and_values_are_ignored() -> None:
    asked = read(tri="-password", phase="'; drop table", taille="100000", commune="Bordeaux")
    assert asked == ListRequest("", "due", True, 1, 100, {"commune": "Bordeaux"})


def test_page_knows_where_it_stands() -> None:
    page = Page(["a"] * 12, total=312, number=13, size=25)
    assert (page.first_row, page.last_row, page.last_number) == (301, 312, 13)
    assert page.has_previous
    assert not page.has_next


def test_count_is_bounded() -> None:
    page = ListRequest().page(["a"], 5_000_000)
    assert page.total == MAX_COUNTED_ROWS
    assert not page.is_total_exact


def test_empty_page() -> None:
    page: Page[str] = Page([], 0)
    assert (page.first_row, page.last_row, page.last_number, page.has_next) == (0, 0, 1, False)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@a", "\tx", "\rx", "＝1", "  =1"])
def test_formula_cells_are_defused(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_csv_keeps_numbers_and_quotes_text() -> None:
    content = b"".join(csv_parts(["Nom", "Montant"], [["Pain; sel", -12], [None, 3.5]]))
    assert content.decode("utf-8-sig") == '"Nom";"Montant"\r\n"Pain; sel";-12\r\n"";3.5\r\n'


def test_a_page_beyond_what_is_counted_still_has_a_next_one() -> None:
    for number, counted_rows, is_exact, has_next in (
        (1, 100, False, True),
        (10, 101, False, True),
        (10, 100, True, False),
        (11, 111, False, True),
        (11, 105, True, False),
    ):
        listing = ListRequest(number=number, size=10)
        most = listing.most_of(100)
        page = listing.page([], min(counted_rows, most), most)
        assert (page.is_total_exact, page.has_next) == (is_exact, has_next), number
