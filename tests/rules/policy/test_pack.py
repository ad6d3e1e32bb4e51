"""The school's policy pack: what is shipped is whole, and what the office mistypes is refused at its line."""

import re
import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from enums import ObligationTiming, Role
from rules.agreements.terms import terms_of_template
from rules.auth.permissions import STAFF
from rules.core.easy_read import PICTURES
from rules.exemption_kinds import KINDS
from rules.exemptions.validation import answer_errors
from rules.policy.pack import KNOWN_FORMS, PolicyFileError, content_from, read_content, read_pack, write_content

SHIPPED = Path(__file__).resolve().parents[3] / "policy"
OWN_DEVICE = {"teaching-period", "remote-learning"}
FORBIDDEN_BY_4_6 = {
    "photos-of-pupils": OWN_DEVICE,
    "direct-work-with-pupils": OWN_DEVICE,
    "contact-with-parents": OWN_DEVICE,
    "activity-teachers-device": {"educational-activity"},
}


@pytest.fixture(scope="module")
def pack():
    return read_pack(SHIPPED)


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped pack that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def spoil(folder, file, old, new):
    """Replace the first `old` below a file's opening remarks and return the line on which it stood."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    start = text.index(old, text.index("\n\n"))
    path.write_bytes((text[:start] + new + text[start + len(old) :]).encode("utf-8"))
    return text[:start].count("\n") + 1


def refusal(folder):
    with pytest.raises(PolicyFileError) as caught:
        read_pack(folder)
    return caught.value


# --- The shipped pack ---------------------------------------------------------------------------------------


def test_the_front_page_says_what_the_document_says(pack):
    school = pack.school
    assert (school.name, school.title) == ("Oakham Shires School", "Mobile and Smart Technology Policy")
    assert (school.implemented, school.reviewed, school.review_due) == ("2023-09", "2023-09", "2024-07-31")
    assert school.approved_on is None
    assert school.monitored_by == (Role.HEADTEACHER, Role.DSL, Role.REGIONAL_DIRECTOR)
    assert (school.day.opens, school.day.closes, school.academic_year_ends) == ("07:00", "18:00", "08-31")
    assert (school.day.pupils_come, school.day.pupils_leave) == ("08:45", "15:30")
    assert [source.edition for source in school.sources] == ["2023", "2018"]
    assert len(school.linked_documents) == 14


def test_a_pack_of_before_there_were_times_of_pupils_has_the_usual_ones(pack, folder):
    spoil(folder, "school.yaml", '  pupils_come: "08:45"\n  pupils_leave: "15:30"\n', "")
    assert read_pack(folder).school.day == pack.school.day


def test_nobody_asks_to_use_a_device_in_an_exam_or_where_devices_are_locked_up(pack):
    assert {zone.id for zone in pack.zones if not zone.exemptions} == {"exam-room", "secure-store"}
    assert len(pack.zones) == 12


def test_the_policy_covers_what_clause_1_2_names(pack):
    named = {"phone", "tablet", "e-reader", "games-console", "smart-watch", "fitness-tracker"}
    assert named <= {device.id for device in pack.devices}


def test_what_4_6_forbids_is_refused_on_every_personal_device_and_says_what_to_do_instead(pack):
    refused = {purpose.id: purpose for purpose in pack.purposes if purpose.refused_by}
    assert {key: set(purpose.kinds) for key, purpose in refused.items()} == FORBIDDEN_BY_4_6
    for purpose in refused.values():
        assert purpose.refused_by == "4.6"
        assert re.search(r"Use .* instead\.", purpose.refusal)


def test_each_kind_of_exemption_has_a_purpose_that_is_allowed(pack):
    allowed = {kind for purpose in pack.purposes if not purpose.refused_by for kind in purpose.kinds}
    assert allowed == KNOWN_FORMS


@pytest.mark.parametrize("role", Role)
def test_every_role_has_between_fifteen_and_seventy_obligations(pack, role):
    """The headteacher is named by most clauses; a pupil must still be able to read the whole page."""
    mine = [obligation for obligation in pack.obligations if role in obligation.roles]
    assert 15 <= len(mine) <= 70


@pytest.mark.parametrize("role", Role)
def test_nobody_reads_the_same_words_twice(pack, role):
    mine = [(one.before, one.says) for one in pack.obligations if role in one.roles]
    assert len(mine) == len(set(mine))


def test_a_clause_and_its_obligations_name_the_same_roles(pack):
    concerned = {(clause.id, role) for clause in pack.clauses for role in clause.roles}
    bound = {(clause, role) for one in pack.obligations for clause in one.clauses for role in one.roles}
    assert bound == concerned


def test_the_locker_rule_binds_those_who_work_with_pupils_and_the_office_rule_the_others(pack):
    roles = {clause.id: set(clause.roles) for clause in pack.clauses}
    assert roles["4.1"] == {Role.STAFF_DIRECT}
    assert roles["2.5"] == {Role.STAFF_NONDIRECT, Role.OFFICE}


def test_clauses_stand_in_the_order_of_the_policy(pack):
    def place(clause):
        section, number, letter = re.fullmatch(r"(\d)\.(\d+)([a-d]?)", clause.id).groups()
        return int(section), int(number), letter

    assert list(pack.clauses) == sorted(pack.clauses, key=place)


def test_each_form_stands_beside_a_line_for_those_who_may_ask_and_never_for_mere_onlookers(pack):
    offered = {}
    for one in pack.obligations:
        if one.form:
            offered.setdefault(one.form, set()).update(one.roles)
            assert set(one.roles) & KINDS[one.form].askers, one.id
    assert offered.keys() == KNOWN_FORMS
    for form, roles in offered.items():
        assert not {Role.GOVERNOR, Role.REGIONAL_DIRECTOR, Role.REGULAR_VISITOR} & roles, form
        # The headteacher, who decides, needs no line that leads them to every form.
        assert roles | {Role.HEADTEACHER} >= KINDS[form].askers, form
        assert not {Role.PUPIL, Role.PARENT} & roles - KINDS[form].askers, form


def test_the_guidance_on_phones_in_lessons_is_data_of_the_pack(pack):
    """Clause 5.5: phone-free by default, shown to who asks and who decides."""
    (notice,) = pack.notices
    assert notice.kinds == ("educational-activity",)
    assert "phone" in notice.devices
    assert "2026" in notice.source
    assert {device.id for device in pack.devices} >= set(notice.devices)


def test_the_agreement_that_is_shipped_could_be_issued_as_it_is(pack):
    """Clause 5.7d: sanctions are never empty."""
    terms = terms_of_template(pack.agreement)
    assert terms.cleaned().validate() == {}
    assert terms.sanctions
    assert terms.easy


def test_the_assessment_that_is_shipped_is_signed_by_nobody_and_fits_its_kind(pack):
    """Clause 5.5."""
    for kind in KINDS.values():
        for prerequisite in kind.prerequisites:
            if prerequisite.template:
                given = pack.assessments[prerequisite.template]
                wrong = answer_errors(prerequisite, given)
                assert wrong.keys() == {"review", "signed"}


def test_a_pupil_can_read_all_of_their_obligations_in_easy_read(pack):
    for one in pack.obligations:
        if Role.PUPIL in one.roles:
            assert one.easy, one.id
            for picture, words in one.easy:
                assert picture in PICTURES
                assert len(words.split()) <= 14, words


def test_obligations_are_short_whole_sentences(pack):
    for one in pack.obligations:
        assert re.fullmatch(r"[A-Z].*\.", one.says), one.id
        for sentence in re.split(r"[.!?:](?: |$)", one.says):
            assert len(sentence.split()) <= 24, one.id


def test_what_comes_before_completes_the_words_before_you(pack):
    for one in pack.obligations:
        if one.when is ObligationTiming.BEFORE:
            assert re.fullmatch(r"[a-z].*[^.]", one.before), one.id


def test_a_pack_that_was_read_cannot_be_changed(pack):
    with pytest.raises(FrozenInstanceError):
        pack.digest = "another"


# --- The digest ---------------------------------------------------------------------------------------------


def test_comments_and_layout_do_not_make_another_policy(pack, folder):
    path = folder / "zones.yaml"
    path.write_text("# A remark.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert read_pack(folder) == pack
    assert re.fullmatch(r"[0-9a-f]{64}", pack.digest)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("school.yaml", "approved_on: null", 'approved_on: "2023-09-04"'),
        ("zones.yaml", "exemptions: true", "exemptions: false"),
        ("devices.yaml", "Mobile phone", "Phone"),
        ("purposes.yaml", "An emergency", "Something urgent"),
        ("clauses.yaml", "Who it is for", "Whom it is for"),
        ("obligations.yaml", "Check often", "Check daily"),
        ("visitors.yaml", "Put your phone away", "Hide your phone"),
        ("visitors.yaml", "visits: 3", "visits: 4"),
    ],
)
def test_another_word_in_any_file_is_another_policy(pack, folder, file, old, new):
    spoil(folder, file, old, new)
    assert read_pack(folder).digest != pack.digest


def test_files_saved_by_windows_notepad_are_the_same_policy(pack, folder):
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_pack(folder).digest == pack.digest


# --- Refusals: file, old text, what was typed instead, lines further down, words of the reason --------------

FIRST_SAYS = "  says: Check often that people follow this policy."
MISTAKES = {
    "broken YAML": ("zones.yaml", "- id: reception", "- id: [reception", 1, "broken"),
    "a missing key": (
        "devices.yaml",
        "- id: phone\n  name: Mobile phone",
        "- id: phone",
        0,
        "“name” is missing",
    ),
    "an unknown key": ("devices.yaml", "  name: Mobile phone", "  nmae: Mobile phone", 0, "no key “nmae”"),
    "a number for a text": ("devices.yaml", "Mobile phone", "12", 0, "quotes"),
    "a text for a list": ("obligations.yaml", "[governor]", "governor", 0, "a list was expected"),
    "a list for a text": ("devices.yaml", "Mobile phone", "[Mobile, phone]", 0, "a text was expected"),
    "a text for an entry": ("devices.yaml", "- id: phone\n  name: Mobile phone", "- phone", 0, "these keys"),
    "a text for true or false": ("zones.yaml", "exemptions: true", "exemptions: maybe", 0, "true or false"),
    "an object": ("devices.yaml", "Mobile phone", "!!python/name:os.system x", 0, "a text was expected"),
    "an object for an entry": ("devices.yaml", "- id: phone", "- !thing\n  id: phone", 0, "these keys"),
    "nothing": ("obligations.yaml", FIRST_SAYS, "  says:", 0, "nothing here"),
    "an empty text": ("obligations.yaml", FIRST_SAYS, '  says: "  "', 0, "empty"),
    "an empty list": ("obligations.yaml", "[governor]", "[]", 0, "the list is empty"),
    "a long text": ("obligations.yaml", FIRST_SAYS, f"  says: {'a' * 501}", 0, "501 characters"),
    "a control character": ("obligations.yaml", "Check often", "Check\x07often", 0, "U+0007"),
    "a spelled control character": ("obligations.yaml", FIRST_SAYS, r'  says: "a\ab"', 0, "U+0007"),
    "a bidi override": ("obligations.yaml", "Check often", "Check \u202eoften", 0, "U+202E"),
    "a spelled bidi override": ("obligations.yaml", FIRST_SAYS, r'  says: "a\u202eb"', 0, "U+202E"),
    "an old Macintosh line break": ("obligations.yaml", "Check often", "Check\roften", 0, "U+000D"),
    "an unknown clause": ("obligations.yaml", '["0.2"]', '["9.9"]', 0, "no clause “9.9”"),
    "a clause without quotes": ("obligations.yaml", '["0.2"]', "[0.2]", 0, "quotes"),
    "an unknown clause that refuses": ("purposes.yaml", '"4.6"', '"4.66"', 0, "no clause “4.66”"),
    "an unknown role": ("obligations.yaml", "[governor]", "[govenor]", 0, "no role “govenor”"),
    "an unknown role for a clause": ("clauses.yaml", "[governor]", "[govenor]", 0, "no role “govenor”"),
    "a role named twice": ("obligations.yaml", "[governor]", "[governor, governor]", 0, "twice"),
    "an unknown watcher": ("school.yaml", "[headteacher, dsl", "[head, dsl", 0, "no role “head”"),
    "an unknown kind": ("purposes.yaml", "[teaching-period]", "[teaching]", 0, "no kind “teaching”"),
    "an unknown form": ("obligations.yaml", "form: school-device", "form: school", 0, "no form “school”"),
    "an unknown time": ("obligations.yaml", "when: always", "when: sometimes", 0, "no time “sometimes”"),
    "an unknown publisher": ("school.yaml", "publisher: DfE", "publisher: dfe", 0, "no publisher “dfe”"),
    "an id used before": ("devices.yaml", "- id: tablet", "- id: phone", 0, "taken"),
    "a clause used before": ("clauses.yaml", '- id: "0.2"', '- id: "0.1"', 0, "taken"),
    "a key used before": ("devices.yaml", "- id: phone", "- id: phone\n  id: mobile", 1, "a second time"),
    "an id with capitals": ("devices.yaml", "- id: phone", "- id: Phone", 0, "small letters"),
    "an id with an underscore": ("zones.yaml", "- id: staff-room", "- id: staff_room", 0, "small letters"),
    "an id with a hyphen too many": (
        "zones.yaml",
        "- id: staff-room",
        "- id: staff--room",
        0,
        "small letters",
    ),
    "a clause that is no number": ("clauses.yaml", '- id: "0.1"', '- id: "0-1"', 0, "a clause is a number"),
    "a day that does not exist": ("school.yaml", '"2024-07-31"', '"2024-07-32"', 0, "a day is written"),
    "a day written otherwise": ("school.yaml", '"2024-07-31"', '"31/07/2024"', 0, "a day is written"),
    "a day without quotes": ("school.yaml", '"2024-07-31"', "2024-07-31", 0, "quotes"),
    "a month that does not exist": ("school.yaml", '"2023-09"', '"2023-13"', 0, "a month is written"),
    "an approval day that is none": (
        "school.yaml",
        "approved_on: null",
        'approved_on: "soon"',
        0,
        "a day is",
    ),
    "a time that does not exist": ("school.yaml", '"07:00"', '"25:00"', 0, "a time is written"),
    "a day run together": ("school.yaml", '"2024-07-31"', '"20240731"', 0, "a day is written"),
    "a time written otherwise": ("school.yaml", '"07:00"', '"7:00"', 0, "a time is written"),
    "a day that closes before it opens": ("school.yaml", '"18:00"', '"06:00"', 0, "later time"),
    "pupils who leave before they come": ("school.yaml", '"15:30"', '"08:45"', 0, "must leave after they come"),
    "a year that ends on 29 February": ("school.yaml", '"08-31"', '"02-29"', 0, '"08-31"'),
    "a missing before": ("obligations.yaml", "  before: close a serious incident\n", "", -1, "before what"),
    "a superfluous before": ("obligations.yaml", FIRST_SAYS, f"  before: go\n{FIRST_SAYS}", 0, "only with"),
    "a refusal without its clause": ("purposes.yaml", '  refused_by: "4.6"\n', "", -3, "both or neither"),
    "an anchor": ("devices.yaml", "Mobile phone", "&phone Mobile phone", 0, "shortcuts"),
    "an anchor on an entry": ("devices.yaml", "- id: phone", "- &first\n  id: phone", 0, "shortcuts"),
    "an alias": ("devices.yaml", "Mobile phone", "*phone", 0, "shortcuts"),
    "lists without end": ("devices.yaml", "Mobile phone", "[" * 5000 + "]" * 5000, 0, "too many lists"),
    "a merge key": ("devices.yaml", "- id: phone", "- <<: {}\n  id: phone", 0, "a text was expected"),
    "a line too long for a sign": ("visitors.yaml", "Switch off all sounds", "Switch off" + " all" * 30, 0, "100 char"),
    "a picture that is not drawn": ("visitors.yaml", "picture: lock", "picture: key", 0, "there is no picture"),
    "a free place that there is not": ("visitors.yaml", "[reception, adm", "[moon, adm", 0, "there is no place"),
    "a sign's place twice": ("visitors.yaml", "- id: hall", "- id: front-door", 0, "taken"),
    "a number in quotes": ("visitors.yaml", "visits: 3", 'visits: "3"', 0, "a whole number from 1 to 30"),
    "a number that is none": ("visitors.yaml", "days: 30", "days: often", 0, "a whole number from 1 to 366"),
    "more visits than days": ("visitors.yaml", "visits: 3", "visits: 31", 0, "a whole number from 1 to 30"),
    "no day at all": ("visitors.yaml", "days: 30", "days: 0", 0, "a whole number from 1 to 366"),
    "a spell without end": ("visitors.yaml", "days: 30", "days: 3_000_000_000", 0, "a whole number from 1 to 366"),
    "a list for a number": ("visitors.yaml", "visits: 3", "visits: [3]", 0, "a whole number"),
    "a second document": ("devices.yaml", "- id: tablet", "---\n- id: tablet", 0, "broken"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_office_is_told_the_file_the_line_and_how_to_mend(folder, mistake):
    file, old, new, further_down, words = MISTAKES[mistake]
    line = spoil(folder, file, old, new) + further_down
    error = refusal(folder)
    assert (error.file, error.line) == (file, line)
    assert words in error.reason
    assert str(error) == f"{file}, line {line}: {error.reason}"


def test_a_file_that_is_not_utf_8_is_refused_at_the_first_wrong_line(folder):
    line = spoil(folder, "devices.yaml", "Tablet", "Tabl\u00e9t")
    path = folder / "devices.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    error = refusal(folder)
    assert (error.file, error.line) == ("devices.yaml", line)
    assert "UTF-8" in error.reason


@pytest.mark.parametrize("file", sorted(path.name for path in SHIPPED.glob("*.yaml")))
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    error = refusal(folder)
    assert (error.file, error.line) == (file, 1)
    assert "missing" in error.reason


def test_a_sign_has_room_for_seven_lines(folder):
    path = folder / "visitors.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("  - clause"), text.index("\n# Where a visitor needs")
    first = text[start : text.index("  - clause", start + 1)]
    path.write_text(text[:start] + first * 7 + text[end:], encoding="utf-8")
    assert len(read_pack(folder).visitors.expects) == 7
    path.write_text(text[:start] + first * 8 + text[end:], encoding="utf-8")
    assert "room for 7 lines" in refusal(folder).reason


def test_an_empty_file_is_refused(folder):
    (folder / "zones.yaml").write_text("# Only a remark.\n", encoding="utf-8")
    assert str(refusal(folder)).startswith("zones.yaml, line 1: the file is empty")


def test_a_pack_may_name_only_the_forms_that_exist():
    with pytest.raises(PolicyFileError, match="school-device"):
        read_pack(SHIPPED, forms=KNOWN_FORMS - {"school-device"})


# --- As data and as one file --------------------------------------------------------------------------------


def test_a_pack_can_be_written_as_one_file_and_read_again(pack, tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(write_content(content_from(pack)), encoding="utf-8")
    assert read_pack(file) == pack


def test_the_content_of_a_pack_is_the_pack(pack):
    assert read_content(content_from(pack)) == pack


def test_all_faults_are_told_at_once(folder):
    for file, old, new in (
        ("zones.yaml", "exemptions: true", "exemptions: maybe"),
        ("devices.yaml", "Mobile phone", "12"),
        ("obligations.yaml", '["0.2"]', '["9.9"]'),
        ("obligations.yaml", "when: always", "when: never"),
        ("school.yaml", '"2024-07-31"', '"31/07/2024"'),
    ):
        spoil(folder, file, old, new)
    found = [fault.file for fault in refusal(folder).all]
    assert sorted(found) == ["devices.yaml", "obligations.yaml", "obligations.yaml", "school.yaml", "zones.yaml"]


def test_a_wrong_clause_is_not_told_again_wherever_it_is_named(folder):
    spoil(folder, "clauses.yaml", "title: ", "titel: ")
    assert len(refusal(folder).all) == 1


def test_everybody_reads_how_to_complain_and_staff_about_whistleblowing(pack):
    """Clause 8.5."""
    complaints, whistleblowing = pack.procedures
    assert (set(complaints.roles), set(whistleblowing.roles)) == (set(Role), STAFF)
    assert complaints.easy
    assert pack.school.monitoring_easy


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: whistleblowing", "id: complaints", "taken"),
        ("id: whistleblowing", "id: gossip", "no procedure “gossip”"),
        ("picture: ask", "picture: dragon", "no picture"),
    ],
)
def test_the_texts_to_acknowledge_are_checked(folder, old, new, words):
    spoil(folder, "procedures.yaml", old, new)
    assert words in refusal(folder).reason
