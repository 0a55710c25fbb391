//! The rules of a case, as given, when, then.

use super::*;
use crate::{ClientContext, LinkId};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn operator(n: u128) -> AccountId {
    AccountId(id(n))
}

const ANN: AccountId = AccountId(Uuid::from_u128(100));

fn policy() -> RecoveryPolicy {
    RecoveryPolicy { documents: 2, messages: 2, ..RecoveryPolicy::default() }
}

fn given(events: impl IntoIterator<Item = RecoveryEvent>) -> RecoveryCase {
    let mut case = RecoveryCase::default();
    events.into_iter().for_each(|event| case.evolve(&event, at(0)));
    case
}

impl RecoveryCase {
    fn then(mut self, events: Result<Vec<RecoveryEvent>, CaseRejection>, now: i64) -> Self {
        events.unwrap().iter().for_each(|event| self.evolve(event, at(now)));
        self
    }
}

fn open() -> OpenCase {
    OpenCase {
        case: RecoveryCaseId(id(1)),
        registered: Email::parse("ann@example.com").unwrap(),
        contact: Email::parse("ann@example.org").unwrap(),
        locale: None,
        reason: " Lost.\u{7} ".to_owned(),
        token_digest: TokenDigest([7; 32]),
        link: LinkId(id(2)),
        context: ClientContext::default(),
        now: at(0),
    }
}

fn opened() -> RecoveryCase {
    let case = RecoveryCase::default();
    let events = open().decide(&case, &policy());
    case.then(events, 0)
}

fn proved() -> RecoveryCase {
    let case = opened();
    let events = ProveContact { link: LinkId(id(2)), now: at(1) }.decide(&case);
    case.then(events, 1)
}

fn checked(by: u128) -> RecoveryCase {
    CheckItem::ALL.into_iter().fold(proved(), |case, item| {
        let events = CheckCase { operator: operator(by), item, met: true, note: None }.decide(&case);
        case.then(events, 2)
    })
}

fn approve(by: u128) -> ApproveCase {
    ApproveCase {
        operator: operator(by),
        account: ANN,
        move_address: true,
        holds_registered: true,
        now: at(10),
    }
}

fn reject(by: u128) -> RejectCase {
    RejectCase { operator: operator(by), reason: "No.".to_owned() }
}

#[test]
fn a_case_is_open_once_and_its_text_is_clean() {
    assert_eq!(opened().reason, "Lost.");
    assert_eq!(open().decide(&opened(), &policy()), Err(CaseRejection::Opened));
    let empty = OpenCase { reason: " \n ".to_owned(), ..open() };
    assert_eq!(empty.decide(&RecoveryCase::default(), &policy()), Err(CaseRejection::TextInvalid));
    assert!(opened().admits(&TokenDigest([7; 32])) && !opened().admits(&TokenDigest([8; 32])));
    assert!(!RecoveryCase::default().admits(&TokenDigest([0; 32])), "no case admits nobody");
}

#[test]
fn row_08_the_contact_link_works_once_and_not_for_long() {
    let prove = |link, now| ProveContact { link: LinkId(id(link)), now: at(now) };
    assert_eq!(prove(3, 1).decide(&opened()), Err(CaseRejection::LinkInvalid));
    assert_eq!(prove(2, 86_400).decide(&opened()), Err(CaseRejection::LinkInvalid));
    assert!(prove(2, 86_399).decide(&opened()).is_ok());
    assert_eq!(prove(2, 2).decide(&proved()), Err(CaseRejection::LinkInvalid));
}

#[test]
fn row_30_support_sees_nothing_before_the_address_is_proved() {
    assert_eq!(opened().seen_by_support(), Err(CaseRejection::Unknown));
    assert_eq!(approve(1).decide(&opened(), &policy()), Err(CaseRejection::Unknown));
    assert_eq!(AddDocument::check(&opened(), &policy()), Err(CaseRejection::WrongStage));
}

#[test]
fn two_operators_must_say_the_same_of_a_case_that_is_checked() {
    assert_eq!(approve(1).decide(&proved(), &policy()), Err(CaseRejection::ChecklistIncomplete));
    let case = checked(1);
    assert_eq!(approve(100).decide(&case, &policy()), Err(CaseRejection::OwnAccount));
    let other = ApproveCase { holds_registered: false, ..approve(1) };
    assert_eq!(other.decide(&case, &policy()), Err(CaseRejection::AccountMismatch));
    let events = approve(1).decide(&case, &policy());
    assert_eq!(events.as_ref().unwrap().len(), 1);
    let case = case.then(events, 10);
    assert_eq!(approve(1).decide(&case, &policy()), Err(CaseRejection::SameOperator));
    let stays = ApproveCase { move_address: false, ..approve(2) };
    assert_eq!(stays.decide(&case, &policy()), Err(CaseRejection::Disagreement));
    assert_eq!(case.approved(), None);
    let events = approve(2).decide(&case, &policy());
    let case = case.then(events, 10);
    assert_eq!((case.stage, case.executes_at), (CaseStage::CoolingOff, Some(at(10 + 259_200))));
    assert_eq!(reject(3).decide(&case), Err(CaseRejection::WrongStage));
}

#[test]
fn an_item_that_does_not_hold_any_more_stops_the_second_approval() {
    let case = checked(1);
    let events = approve(1).decide(&case, &policy());
    let case = case.then(events, 10);
    let doubt = CheckCase { operator: operator(2), item: CheckItem::NoTakeover, met: false, note: None };
    let events = doubt.decide(&case);
    let case = case.then(events, 11);
    assert_eq!(approve(2).decide(&case, &policy()), Err(CaseRejection::ChecklistIncomplete));
}

#[test]
fn an_appeal_starts_the_review_afresh_with_others() {
    let case = checked(1);
    let events = approve(1).decide(&case, &policy());
    let case = case.then(events, 10);
    let events = reject(2).decide(&case);
    let case = case.then(events, 11);
    let appeal = || AppealCase { text: "Again".to_owned() };
    let events = appeal().decide(&case);
    let case = case.then(events, 12);
    assert!(case.checks.is_empty() && case.approvals.is_empty() && case.closed_at.is_none());
    for before in [1, 2] {
        assert_eq!(reject(before).decide(&case), Err(CaseRejection::DecidedBefore));
    }
    let events = reject(3).decide(&case);
    let case = case.then(events, 13);
    assert_eq!(appeal().decide(&case), Err(CaseRejection::AppealedBefore));
}

#[test]
fn what_a_case_holds_is_bounded() {
    let add = |n| AddDocument {
        document: DocumentId(id(n)),
        kind: DocumentKind::Pdf,
        name: "\u{0}".to_owned(),
        size: 10,
        sha256: String::new(),
        chunks: 1,
    };
    let large = AddDocument { size: 8 * 1024 * 1024 + 1, ..add(1) };
    assert_eq!(large.decide(&proved(), &policy()), Err(CaseRejection::DocumentTooLarge));
    let case = proved();
    let events = add(1).decide(&case, &policy());
    let case = case.then(events, 2);
    assert_eq!(case.documents[&DocumentId(id(1))].name, "document");
    let events = add(2).decide(&case, &policy());
    let case = case.then(events, 2);
    assert_eq!(add(3).decide(&case, &policy()), Err(CaseRejection::TooManyDocuments));
    let write = |from| WriteMessage { from, text: "x".to_owned() };
    let case = (0..2).fold(case, |case, _| {
        let events = write(Author::Person).decide(&case, &policy());
        case.then(events, 3)
    });
    assert_eq!(write(Author::Person).decide(&case, &policy()), Err(CaseRejection::TooManyMessages));
    assert!(write(Author::Operator(operator(1))).decide(&case, &policy()).is_ok());
}

#[test]
fn the_time_of_keeping_counts_from_the_end() {
    let day = 86_400;
    let shred = |case: &RecoveryCase, now| ShredCase { now: at(now) }.decide(case, &policy());
    assert_eq!(shred(&opened(), 7 * day - 1), Err(CaseRejection::NotDue));
    assert!(shred(&opened(), 7 * day).is_ok());
    assert_eq!(shred(&proved(), 400 * day), Err(CaseRejection::NotDue), "nobody has decided it");
    let case = proved();
    let events = reject(1).decide(&case);
    let case = case.then(events, 100);
    assert_eq!(shred(&case, 30 * day), Err(CaseRejection::NotDue));
    let events = shred(&case, 30 * day + 100);
    assert_eq!(case.then(events, 0), RecoveryCase::default());
}

#[test]
fn outcomes_come_to_nothing_twice() {
    let case = given([]);
    assert_eq!(StopCase { by: RecoveryStop::Owner }.decide(&case), Err(CaseRejection::Unknown));
    assert_eq!(StopCase { by: RecoveryStop::Owner }.decide(&proved()), Ok(vec![]));
    assert_eq!(FinishCase { account: ANN }.decide(&proved()), Ok(vec![]));
}

#[test]
fn kinds_are_told_by_the_first_bytes_alone() {
    assert_eq!(DocumentKind::of(b"%PDF-1.4"), Some(DocumentKind::Pdf));
    assert_eq!(DocumentKind::of(b"\x89PNG\r\n\x1a\n"), Some(DocumentKind::Png));
    assert_eq!(DocumentKind::of(b"\xff\xd8\xff\xdb"), Some(DocumentKind::Jpeg));
    for other in [&b""[..], b"%PDF", b"GIF89a..", b"<svg xmlns", b" %PDF-1.4", b"\x89PNG\n"] {
        assert_eq!(DocumentKind::of(other), None);
    }
}

#[test]
fn debug_shows_nothing_personal() {
    let shown = format!("{:?}", proved());
    assert!(!shown.contains("Lost") && !shown.contains("ann"), "{shown}");
}

#[test]
fn a_case_that_nobody_decides_is_closed_and_kept_like_others() {
    const DAY: i64 = 86_400;
    let lapse = |case: &RecoveryCase, now| LapseCase { now: at(now) }.decide(case, &policy());
    assert_eq!(lapse(&opened(), 90 * DAY), Err(CaseRejection::WrongStage), "support has not seen it");
    let case = proved();
    assert_eq!(lapse(&case, 30 * DAY), Err(CaseRejection::NotDue));
    let message = WriteMessage { from: Author::Person, text: "Still there?".into() };
    let events = message.decide(&case, &policy());
    let case = case.then(events, 30 * DAY);
    assert_eq!(lapse(&case, 60 * DAY - 1), Err(CaseRejection::NotDue), "something happened");
    let events = lapse(&case, 60 * DAY);
    let case = case.then(events, 60 * DAY);
    assert_eq!((case.stage, lapse(&case, 99 * DAY)), (CaseStage::Lapsed, Err(CaseRejection::WrongStage)));
    let shred = |now| ShredCase { now: at(now) }.decide(&case, &policy());
    assert_eq!(shred(90 * DAY - 1), Err(CaseRejection::NotDue));
    assert_eq!(shred(90 * DAY), Ok(vec![RecoveryEvent::Shredded]));
}

#[test]
fn a_language_goes_with_the_case() {
    let locale = crate::Locale::parse("de-AT").unwrap();
    let events =
        OpenCase { locale: Some(locale.clone()), ..open() }.decide(&RecoveryCase::default(), &policy());
    let case = RecoveryCase::default().then(events, 0);
    assert_eq!(case.locale, Some(locale));
    assert_eq!(opened().locale, None);
}
