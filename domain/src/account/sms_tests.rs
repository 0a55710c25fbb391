use super::super::scenario::*;
use super::super::*;
use super::*;
use crate::PhoneNumber;
use chrono::TimeDelta;

const NUMBER: &str = "+351912345678";
const OTHER: &str = "+447700900123";
const HOUR: i64 = 3_600;

fn session() -> SessionId {
    SessionId(id(session_of(0)))
}

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn to_prove() -> CodeUse {
    CodeUse::Number { session: session() }
}

fn request(n: u128, good_for: CodeUse, to: Option<&str>, now: i64) -> RequestSmsCode {
    RequestSmsCode { code: SmsCodeId(id(n)), good_for, number: to.map(number), now: at(now) }
}

fn guess(n: u128, good_for: CodeUse, now: i64) -> StartCodeGuess {
    StartCodeGuess { session: session(), good_for, guess: AttemptId(id(n)), now: at(now) }
}

fn prove(n: u128, now: i64) -> ProvePhone {
    let (code, guess) = (SmsCodeId(id(n)), AttemptId(id(n)));
    ProvePhone { session: session(), code, guess, taken: false, now: at(now) }
}

fn enrol(n: u128, now: i64) -> EnrolSms {
    let (code, guess) = (SmsCodeId(id(n)), AttemptId(id(n)));
    EnrolSms { session: session(), code, guess, token_digest: digest(0), now: at(now) }
}

fn wrong(n: u128) -> RejectCodeGuess {
    RejectCodeGuess { code: SmsCodeId(id(1)), guess: AttemptId(id(n)) }
}

impl Given {
    /// A number proved by code `n`.
    fn proves(self, n: u128, to: &str, t: i64) -> Given {
        self.when_at(t, |a| request(n, to_prove(), Some(to), t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| guess(n, to_prove(), t).decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| prove(n, t).decide(a, &policy()))
            .then_accepted()
    }

    /// Codes by text message, set up by code `n`.
    fn enrols(self, n: u128, t: i64) -> Given {
        let good_for = CodeUse::Enrolment { session: session() };
        self.when_at(t, |a| request(n, good_for, None, t).decide(a, &policy()))
            .then_types(&["sms_code.requested"])
            .when_at(t, |a| guess(n, good_for, t).decide(a, &policy()))
            .then_types(&["sms_code.guessed"])
            .when_at(t, |a| enrol(n, t).decide(a, &policy()))
            .then_accepted()
    }

    /// A code for attempt `n`, asked for and guessed right; or the newest one's id replaced by `code`.
    fn sends(self, n: u128, code: u128, t: i64) -> Given {
        let good_for = CodeUse::SignIn { attempt: AttemptId(id(n)) };
        self.when_at(t, |a| request(code, good_for, None, t).decide(a, &policy()))
            .then_types(&["sms_code.requested"])
    }

    fn tries(self, n: u128, guess: u128, code: u128, t: i64) -> When {
        let start =
            StartSecondFactor { guess: AttemptId(id(guess)), factor: SecondFactor::Sms, ..start_code(n, t) };
        let proof = Proof::Sms { code: SmsCodeId(id(code)) };
        let resolve = ResolveSecondFactor { proof, ..super::super::scenario::code(n, guess, None, t) };
        self.when_at(t, |a| start.decide(a, &policy()))
            .then_accepted()
            .when_at(t, |a| resolve.decide(a, &policy()))
    }
}

/// With codes by text message alone, signed in as attempt 0.
fn with_sms() -> Given {
    given(signed_in(0)).proves(1, NUMBER, 10).enrols(2, 20)
}

#[test]
fn a_number_is_proved_before_it_is_used() {
    given(signed_in(0))
        .when_at(10, |a| request(1, to_prove(), Some(NUMBER), 10).decide(a, &policy()))
        .then_types(&["sms_code.requested"])
        .check(|a| assert!(a.phone_number().is_none()))
        .when(|a| prove(1, 11).decide(a, &policy()))
        .then_rejected(Rejection::CodeOver)
        .when_at(11, |a| guess(1, to_prove(), 11).decide(a, &policy()))
        .then_types(&["sms_code.guessed"])
        .when_at(11, |a| prove(1, 11).decide(a, &policy()))
        .then_types(&["phone.verified"])
        .check(|a| assert_eq!(a.phone_number().unwrap().as_str(), NUMBER))
        .when(|a| guess(2, to_prove(), 12).decide(a, &policy()))
        .then_rejected(Rejection::CodeOver)
        .when(|a| request(3, to_prove(), Some(NUMBER), 12).decide(a, &policy()))
        .then_rejected(Rejection::PhoneUnchanged);
}

#[test]
fn a_change_needs_a_fresh_proof_of_identity() {
    let late = |n, good_for, to| move |a: &Account| request(n, good_for, to, 1_000).decide(a, &policy());
    given(signed_in(0))
        .proves(1, NUMBER, 10)
        .when(late(2, to_prove(), Some(OTHER)))
        .then_rejected(Rejection::ReauthenticationRequired)
        .when(late(2, CodeUse::Enrolment { session: session() }, None))
        .then_rejected(Rejection::ReauthenticationRequired)
        .when(|a| RemovePhone { session: session(), now: at(1_000) }.decide(a, &policy()))
        .then_rejected(Rejection::ReauthenticationRequired);
}

#[test]
fn a_new_code_voids_the_old_one_and_all_end_in_ten_minutes() {
    let asked = given(signed_in(0))
        .when_at(10, |a| request(1, to_prove(), Some(NUMBER), 10).decide(a, &policy()))
        .then_accepted();
    asked.clone().when(|a| guess(1, to_prove(), 610).decide(a, &policy())).then_rejected(Rejection::CodeOver);
    asked
        .when_at(20, |a| request(2, to_prove(), Some(OTHER), 20).decide(a, &policy()))
        .then_accepted()
        .when_at(21, |a| guess(1, to_prove(), 21).decide(a, &policy()))
        .then(vec![AccountEvent::SmsCodeGuessed { code: SmsCodeId(id(2)), guess: AttemptId(id(1)) }])
        .when(|a| prove(1, 21).decide(a, &policy()))
        .then_rejected(Rejection::CodeOver);
}

#[test]
fn row_02_one_budget_for_guesses_whatever_the_code() {
    let mut account = given(signed_in(0))
        .when_at(10, |a| request(1, to_prove(), Some(NUMBER), 10).decide(a, &policy()))
        .then_accepted();
    for n in 0..5 {
        account = account
            .when_at(11, |a| guess(50 + n, to_prove(), 11).decide(a, &policy()))
            .then_accepted()
            .when_at(11, |a| wrong(50 + n).decide(a))
            .then_types(&["sms_code.rejected"]);
    }
    account
        .when(|a| guess(60, to_prove(), 11).decide(a, &policy()))
        .then_rejected(Rejection::CodeOver)
        .when_at(11, |a| request(2, to_prove(), Some(NUMBER), 11).decide(a, &policy()))
        .then_accepted()
        .when(|a| guess(61, to_prove(), 11).decide(a, &policy()))
        .then_rejected(Rejection::Throttled { retry_after: TimeDelta::seconds(1) })
        .when(|a| wrong(50).decide(a))
        .then_rejected(Rejection::CodeOver);
}

#[test]
fn a_number_of_another_account_stays_with_it() {
    given(signed_in(0))
        .when_at(10, |a| request(1, to_prove(), Some(NUMBER), 10).decide(a, &policy()))
        .then_accepted()
        .when_at(11, |a| guess(1, to_prove(), 11).decide(a, &policy()))
        .then_accepted()
        .when_at(11, |a| ProvePhone { taken: true, ..prove(1, 11) }.decide(a, &policy()))
        .then_types(&["phone.refused"])
        .check(|a| assert!(a.phone_number().is_none() && a.phone.guesses.failures() == 0))
        .when(|a| guess(2, to_prove(), 12).decide(a, &policy()))
        .then_rejected(Rejection::CodeOver);
}

#[test]
fn the_first_number_is_a_factor_at_once_and_row_33_other_sessions_end() {
    given(signed_in(0))
        .sign_in(5, None, 5)
        .proves(1, NUMBER, 10)
        .enrols(2, 20)
        .check(|a| {
            assert!(a.requires_second_factor() && a.sms_usable(at(20)));
            assert_eq!(a.sessions.len(), 1);
            assert_eq!(a.sessions[&session()].level, Level::Aal2);
        })
        .password(7, 30)
        .sends(7, 3, 30)
        .tries(7, 70, 3, 31)
        .then_types(&[
            "second_factor.sms_accepted",
            "sign_in.succeeded",
            "device.first_seen",
            "session.opened",
        ]);
}

#[test]
fn a_code_is_bound_to_its_attempt_and_works_once() {
    with_sms()
        .password(7, 30)
        .password(8, 30)
        .sends(7, 3, 30)
        .tries(8, 80, 3, 31)
        .then_types(&["second_factor.rejected"])
        .sends(7, 4, 32)
        .tries(7, 70, 3, 33)
        .then_types(&["second_factor.rejected"])
        .tries(7, 71, 4, 34)
        .then_accepted()
        .password(9, 40)
        .tries(9, 90, 4, 41)
        .then_types(&["second_factor.rejected"]);
}

#[test]
fn no_code_before_the_password_and_none_after_a_lock() {
    let good_for = CodeUse::SignIn { attempt: AttemptId(id(7)) };
    with_sms()
        .when_at(30, |a| start(7, None, 30).decide(a, &policy()))
        .then_accepted()
        .when(|a| request(3, good_for, None, 30).decide(a, &policy()))
        .then_rejected(Rejection::AttemptOver)
        .when_at(30, |a| resolve(7, true, 30).decide(a, &policy()))
        .then_accepted()
        .sends(7, 3, 30)
        .and(vec![AccountEvent::Locked { reason: LockReason::Operator, note: None }], 31)
        .check(|a| assert!(a.phone.codes.is_empty()))
        .when(|a| request(4, good_for, None, 32).decide(a, &policy()))
        .then_rejected(Rejection::AttemptOver);
}

#[test]
fn after_a_change_codes_wait_three_days_unless_there_is_nothing_else() {
    let day = 24 * HOUR;
    let changed =
        given(with_totp(0)).proves(1, NUMBER, 10).enrols(2, 20).check(|a| assert!(a.sms_usable(at(20))));
    changed
        .proves(3, OTHER, 30)
        .check(|a| {
            assert!(!a.sms_usable(at(30)) && !a.sms_usable(at(30 + 3 * day - 1)));
            assert!(a.sms_usable(at(30 + 3 * day)));
        })
        .password(7, 40)
        .when(|a| request(4, CodeUse::SignIn { attempt: AttemptId(id(7)) }, None, 40).decide(a, &policy()))
        .then_rejected(Rejection::SmsUnavailable);
    with_sms().proves(3, OTHER, 30).check(|a| assert!(a.sms_usable(at(30)), "its owner would be shut out"));
}

#[test]
fn removing_a_number_and_adding_another_is_a_change_too() {
    given(with_totp(0))
        .proves(1, NUMBER, 10)
        .when_at(20, |a| RemovePhone { session: session(), now: at(20) }.decide(a, &policy()))
        .then_types(&["phone.removed"])
        .proves(2, OTHER, 30)
        .enrols(3, 40)
        .check(|a| assert!(!a.sms_usable(at(40))));
}

#[test]
fn a_removed_number_is_no_factor_and_takes_the_recovery_codes_with_it() {
    let codes = AccountEvent::RecoveryCodesGenerated { credential: crate::CredentialId(id(9)), count: 10 };
    with_sms()
        .and(vec![codes.clone()], 25)
        .when_at(30, |a| RemovePhone { session: session(), now: at(30) }.decide(a, &policy()))
        .then_types(&["sms.removed", "phone.removed"])
        .check(|a| assert!(!a.requires_second_factor() && a.recovery_codes.is_none()));
    given(with_totp(0))
        .proves(1, NUMBER, 10)
        .enrols(2, 20)
        .when_at(30, |a| RemoveSms { session: session(), now: at(30) }.decide(a, &policy()))
        .then_types(&["sms.removed"])
        .check(|a| assert!(a.recovery_codes.is_some() && a.phone_number().is_some()));
}

#[test]
fn strangers_and_known_devices_draw_on_different_budgets() {
    with_sms().password(7, 30).check(|a| {
        let of = |good_for| request(3, good_for, None, 30).from_known_device(a);
        assert!(!of(CodeUse::SignIn { attempt: AttemptId(id(7)) }));
        assert!(!of(CodeUse::SignIn { attempt: AttemptId(id(99)) }));
        assert!(of(CodeUse::Reauthentication { session: session() }));
    });
}
