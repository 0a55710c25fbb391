//! Every mail, in every language.

use super::message::tests::mail_of;
use super::render::{RenderContext, Rendered, render};
use mail_parser::MessageParser;
use std::collections::BTreeSet;
use watchbook_domain::account::{ChangeReason, CodeUse, LockReason};
use watchbook_domain::detection::{Action, Corroboration, LockCause};
use watchbook_domain::notice::{
    Contact, ContactChange, FactorChange, Notice, PhoneChange, RecoveryNotice, RecoveryStep, SuspicionCause,
};
use watchbook_domain::{SessionId, SmsCodeId, Timestamp};
use watchbook_words::{Language, moment};

const LINK: &str = "https://example.com/links/act?token=abc-DEF_123&x=1";
const AT: Timestamp = Timestamp::from_micros(1_772_546_700_000_000);

/// Told of at [`AT`], and later than that.
const LATER: Timestamp = Timestamp::from_micros(1_772_805_900_000_000);

/// Every notice in every form that has words of its own. [`number`] sees to it that none is forgotten.
fn all() -> Vec<Notice> {
    use FactorChange as F;
    let device = || "Firefox on Windows".to_owned();
    let place = || Some("Lisboa".to_owned());
    let nil = uuid::Uuid::nil();
    let mut all = vec![
        Notice::VerifyEmail { hours: 24 },
        Notice::VerifyEmail { hours: 1 },
        Notice::AlreadyRegistered,
        Notice::ResetPassword { minutes: 30, at: AT, device: device(), place: None },
        Notice::NewDevice { at: AT, device: device(), place: place(), address: "192.0.2.7".to_owned() },
        Notice::PasswordChanged { at: AT, by_reset: false },
        Notice::PasswordChanged { at: AT, by_reset: true },
        Notice::PasswordChangeRequired { at: AT, reason: ChangeReason::Compromised, hours: 1 },
        Notice::PasswordChangeRequired { at: AT, reason: ChangeReason::TooShortAlone, hours: 24 },
        Notice::AccountLocked { at: AT, reason: LockReason::Disowned },
        Notice::AccountLocked { at: AT, reason: LockReason::Operator },
        Notice::AccountLocked { at: AT, reason: LockReason::Detected },
        Notice::LockedByAlert { at: AT, cause: LockCause::Agreement },
        Notice::AccountUnlocked { at: AT },
        Notice::SmsCode {
            code: SmsCodeId(nil),
            good_for: CodeUse::Number { session: SessionId(nil) },
            expires_at: AT,
        },
    ];
    let factors = [
        F::TotpEnrolled,
        F::TotpRemoved,
        F::RecoveryCodesGenerated,
        F::RecoveryCodeUsed { left: 0 },
        F::RecoveryCodeUsed { left: 1 },
        F::RecoveryCodeUsed { left: 7 },
        F::SmsEnrolled,
        F::SmsRemoved,
        F::PasskeyEnrolled,
        F::PasskeyRemoved,
        F::PasskeyCopySuspected,
    ];
    all.extend(factors.map(|change| Notice::SecondFactorChanged { at: AT, change }));
    let masked = || "+351 ••• 678".to_owned();
    let phones = [PhoneChange::Set, PhoneChange::Removed];
    let address = || "192.0.2.7".to_owned();
    let confirm = |minutes| Notice::ConfirmSignIn {
        minutes,
        at: AT,
        device: device(),
        place: place(),
        address: address(),
    };
    all.extend([1, 30].map(confirm));
    let contacts = [Contact::Email, Contact::RecoveryEmail];
    all.extend(contacts.map(|contact| Notice::ProveAddress { hours: 24, contact }));
    let addresses = [
        ContactChange::EmailChanged,
        ContactChange::EmailRestored,
        ContactChange::RecoveryEmailSet,
        ContactChange::RecoveryEmailRemoved,
    ];
    let masked_address = || "a…@example.net".to_owned();
    all.extend(addresses.map(|change| Notice::ContactChanged { at: AT, change, masked: masked_address() }));
    all.extend([Notice::AddressWantedElsewhere { at: AT }, Notice::ResetHeld { at: AT }]);
    let steps = [
        RecoveryStep::Prove,
        RecoveryStep::Requested,
        RecoveryStep::Scheduled { until: LATER },
        RecoveryStep::Complete { from: LATER },
        RecoveryStep::Stopped,
        RecoveryStep::Completed,
    ];
    all.extend(steps.map(|step| Notice::FactorRecovery { at: AT, step }));
    let reason = || "3 x 7".to_owned();
    let cases = [
        RecoveryNotice::ProveContact { hours: 1 },
        RecoveryNotice::ProveContact { hours: 24 },
        RecoveryNotice::Message,
        RecoveryNotice::Rejected { reason: reason(), appeal: true },
        RecoveryNotice::Rejected { reason: reason(), appeal: false },
        RecoveryNotice::Approved { until: LATER },
        RecoveryNotice::Stopped,
        RecoveryNotice::Lapsed,
        RecoveryNotice::HandedOver { hours: 24 },
        RecoveryNotice::Warning { at: AT, until: LATER },
        RecoveryNotice::Lost { at: AT },
    ];
    all.extend(cases.map(Notice::Recovery));
    let causes =
        [Corroboration::CampaignThenNewDevice, Corroboration::AcceptedAfterStorm, Corroboration::Takeover];
    all.extend(causes.map(|cause| Notice::LockedByAlert { at: AT, cause: LockCause::Corroborated(cause) }));
    let causes = [
        SuspicionCause::Passwords,
        SuspicionCause::Codes,
        SuspicionCause::SignIn,
        SuspicionCause::Session,
        SuspicionCause::Number,
        SuspicionCause::Recovery,
    ];
    for action in [Action::Mail, Action::StepUp, Action::EndSession, Action::Hold] {
        all.extend(causes.map(|cause| Notice::Suspicion { at: AT, cause, action }));
    }
    all.extend(phones.map(|change| Notice::PhoneChanged { at: AT, change, masked: masked() }));
    all
}

/// Counts the forms. Whoever adds one is led here by the compiler, and by the test below to [`all`].
fn number(notice: &Notice) -> usize {
    match notice {
        Notice::VerifyEmail { .. } => 0,
        Notice::AlreadyRegistered => 1,
        Notice::ResetPassword { .. } => 2,
        Notice::NewDevice { .. } => 3,
        Notice::PasswordChanged { .. } => 4,
        Notice::PasswordChangeRequired { .. } => 44,
        Notice::AccountLocked { reason: LockReason::Disowned, .. } => 5,
        Notice::AccountLocked { reason: LockReason::Operator, .. } => 6,
        Notice::AccountUnlocked { .. } => 7,
        Notice::AccountLocked { reason: LockReason::Detected, .. } => 45,
        Notice::LockedByAlert { cause, .. } => match cause {
            LockCause::Corroborated(Corroboration::CampaignThenNewDevice) => 46,
            LockCause::Corroborated(Corroboration::AcceptedAfterStorm) => 47,
            LockCause::Corroborated(Corroboration::Takeover) => 48,
            LockCause::Agreement | LockCause::Disowned | LockCause::Ordered => 49,
        },
        Notice::Suspicion { cause, .. } => match cause {
            SuspicionCause::Passwords => 50,
            SuspicionCause::Codes => 51,
            SuspicionCause::SignIn => 52,
            SuspicionCause::Session => 53,
            SuspicionCause::Number => 54,
            SuspicionCause::Recovery => 55,
        },
        Notice::SmsCode { .. } => 8,
        Notice::PhoneChanged { change: PhoneChange::Set, .. } => 9,
        Notice::PhoneChanged { change: PhoneChange::Removed, .. } => 10,
        Notice::SecondFactorChanged { change, .. } => match change {
            FactorChange::TotpEnrolled => 11,
            FactorChange::TotpRemoved => 12,
            FactorChange::RecoveryCodesGenerated => 13,
            FactorChange::RecoveryCodeUsed { .. } => 14,
            FactorChange::SmsEnrolled => 15,
            FactorChange::SmsRemoved => 16,
            FactorChange::PasskeyEnrolled => 17,
            FactorChange::PasskeyRemoved => 18,
            FactorChange::PasskeyCopySuspected => 19,
        },
        Notice::ConfirmSignIn { .. } => 20,
        Notice::ProveAddress { contact: Contact::Email, .. } => 21,
        Notice::ProveAddress { contact: Contact::RecoveryEmail, .. } => 22,
        Notice::ContactChanged { change, .. } => match change {
            ContactChange::EmailChanged => 23,
            ContactChange::EmailRestored => 24,
            ContactChange::RecoveryEmailSet => 25,
            ContactChange::RecoveryEmailRemoved => 26,
        },
        Notice::AddressWantedElsewhere { .. } => 27,
        Notice::ResetHeld { .. } => 28,
        Notice::FactorRecovery { step, .. } => match step {
            RecoveryStep::Prove => 29,
            RecoveryStep::Requested => 30,
            RecoveryStep::Scheduled { .. } => 31,
            RecoveryStep::Complete { .. } => 32,
            RecoveryStep::Stopped => 33,
            RecoveryStep::Completed => 34,
        },
        Notice::Recovery(notice) => match notice {
            RecoveryNotice::ProveContact { .. } => 35,
            RecoveryNotice::Message => 36,
            RecoveryNotice::Rejected { appeal: true, .. } => 37,
            RecoveryNotice::Rejected { appeal: false, .. } => 38,
            RecoveryNotice::Approved { .. } => 39,
            RecoveryNotice::Stopped => 40,
            RecoveryNotice::HandedOver { .. } => 41,
            RecoveryNotice::Warning { .. } => 42,
            RecoveryNotice::Lost { .. } => 43,
            RecoveryNotice::Lapsed => 56,
        },
    }
}
const FORMS: usize = 57;

fn context<'a>(
    language: Language,
    site_name: &'a str,
    action_link: Option<&'static str>,
) -> RenderContext<'a> {
    let link_expires_at = Some(AT + chrono::TimeDelta::days(7));
    RenderContext { language, site_name, public_url: "https://example.com/", action_link, link_expires_at }
}

fn rendered(notice: &Notice, language: Language) -> Rendered {
    render(notice, &context(language, "Example Exchange", Some(LINK))).unwrap()
}

#[test]
fn no_notice_is_forgotten() {
    let numbers: BTreeSet<usize> = all().iter().map(number).collect();
    assert_eq!(numbers, (0..FORMS).collect(), "a notice is missing in `all`");
}

#[test]
fn every_notice_has_its_words_in_every_language() {
    for language in Language::ALL {
        for notice in all() {
            let without = render(&notice, &context(language, "Example Exchange", None)).unwrap();
            for mail in [rendered(&notice, language), without] {
                let said = format!("{language:?} {notice:?}: {}\n{}", mail.subject, mail.text);
                assert!(mail.subject.contains("Example Exchange"), "{said}");
                assert!(mail.subject.chars().count() <= 78, "{said}");
                assert!(mail.html.contains(&format!("<html lang=\"{}\">", language.tag())), "{said}");
                assert!(!mail.html.contains("<p></p>") && !mail.html.contains("></a>"), "{said}");
                assert!(!mail.html.contains("></h1>") && !mail.html.contains("></dt>"), "{said}");
                // Nothing of the syntax is left: an unknown variable, a term, an attribute.
                assert!(!mail.text.contains(['{', '}', '$']) && !mail.subject.contains(['{', '$']), "{said}");
                assert!(mail.text.lines().all(|line| line.chars().count() <= 78), "{said}");
                assert!(!mail.text.contains("\n\n\n") && !mail.text.starts_with('\n'), "{said}");
            }
        }
    }
}

#[test]
fn no_mail_is_partly_in_english() {
    for notice in all() {
        let english = rendered(&notice, Language::English);
        for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
            let mail = rendered(&notice, language);
            assert_ne!(mail.subject, english.subject, "{language:?} {notice:?}");
            let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
            let both: Vec<_> = lines(&mail.text).intersection(&lines(&english.text)).cloned().collect();
            let same = ["", "-- ", LINK, "https://example.com", "https://example.com/forgot"];
            let name_alone = |line: &String| "Example Exchange.".ends_with(line.as_str());
            let meant = |line: &String| same.contains(&line.as_str()) || name_alone(line);
            assert!(both.iter().all(meant), "{language:?}: {both:?}");
        }
    }
}

#[test]
fn the_time_is_that_of_the_language_and_the_device_is_told_in_it() {
    for language in Language::ALL {
        for notice in all() {
            let text = rendered(&notice, language).text;
            let timed = serde_json::to_value(&notice).unwrap().get("at").is_some();
            assert_eq!(text.contains(&moment(language, AT)), timed, "{language:?} {notice:?}\n{text}");
        }
    }
    let reset = Notice::ResetPassword { minutes: 1, at: AT, device: "Firefox on Linux".into(), place: None };
    let german = rendered(&reset, Language::German).text;
    assert!(german.contains("Gerät: Firefox unter Linux") && german.contains("1 Minute lang"), "{german}");
    assert!(german.contains("Ort: unbekannt"), "{german}");
}

#[test]
fn names_write_nothing_into_the_mail() {
    let hostile = "<b>Bank</b> { $site }\r\nBcc: eve@evil.example\u{202e}";
    for language in Language::ALL {
        for notice in all() {
            let mail = render(&notice, &context(language, hostile, Some(LINK))).unwrap();
            assert!(!mail.html.contains("<b>") && !mail.html.contains('\u{202e}'), "{notice:?}");
            assert!(!mail.subject.contains(['\r', '\n']) && !mail.text.contains('\r'), "{notice:?}");
            let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("{ $site }"), "what is put in is text, never syntax: {notice:?}");
        }
    }
}

#[test]
fn headers_carry_the_language_and_fold_long_subjects() {
    for language in Language::ALL {
        for notice in all() {
            let name = "Bürgerbörse für Währungen und Wertpapiere München";
            let rendered = render(&notice, &context(language, name, Some(LINK))).unwrap();
            let bytes = mail_of(&rendered).formatted();
            assert!(bytes.is_ascii());
            let parsed = MessageParser::default().parse(&bytes).unwrap();
            assert_eq!(parsed.subject(), Some(rendered.subject.as_str()), "{language:?}");
            assert_eq!(parsed.header_raw("Content-Language").map(str::trim), Some(language.tag()));
            let text = String::from_utf8(bytes).unwrap();
            let headers = text.split("\r\n\r\n").next().unwrap();
            assert!(headers.lines().all(|line| line.len() <= 78), "{headers}");
        }
    }
}
