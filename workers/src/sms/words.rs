//! What a text message says. One with a code is short, without links, and begins with the code, where lock screens show
//! it.

use watchbook_domain::account::CodeUse;
use watchbook_domain::notice::RecoveryNotice;
use watchbook_words::{Args, Language, part};

/// Longest name of a site in a message, so that it stays one message of 160 characters.
const LONGEST_NAME: usize = 30;

/// The message with a `code`. Its last line binds the code to the site for browsers that fill it in (origin-bound
/// one-time codes, WICG): on another site they do not.
pub fn words(language: Language, site_name: &str, public_url: &str, good_for: CodeUse, code: &str) -> String {
    let site: String = site_name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let purpose = match good_for {
        CodeUse::SignIn { .. } => "sign-in",
        CodeUse::Reauthentication { .. } => "reauthentication",
        CodeUse::FactorRecovery { .. } => "factor-recovery",
        CodeUse::Number { .. } => "number",
        CodeUse::Enrolment { .. } => "enrolment",
    };
    let mut args = Args::new();
    args.set("code", code);
    args.set("site", site);
    // Without words, the code alone.
    let text = part(language, "sms", purpose, &args).unwrap_or_else(|| code.to_owned());
    let host =
        public_url.split("://").nth(1).and_then(|rest| rest.split(['/', ':', '?']).next()).unwrap_or("");
    format!("{text}\n\n@{host} #{code}")
}

/// The message about a recovery by support, with the link that stops it; `None` for what no text message tells of.
pub fn recovery_words(
    language: Language,
    site_name: &str,
    notice: &RecoveryNotice,
    link: Option<&str>,
) -> Option<String> {
    let site: String = site_name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let mut args = Args::new();
    args.set("site", site);
    match (notice, link) {
        (RecoveryNotice::Warning { until, .. }, Some(link)) => {
            // In figures: names of months have letters outside of the GSM alphabet.
            args.set("until", until.datetime().format("%Y-%m-%d %H:%M UTC").to_string());
            args.set("link", link);
            part(language, "sms-recovery", "warning", &args)
        }
        (RecoveryNotice::Lost { .. }, _) => part(language, "sms-recovery", "lost", &args),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_domain::{AttemptId, SessionId};

    /// The letters of the GSM alphabet (3GPP TS 23.038, 6.2.1) that are not ASCII and that our languages use. One letter
    /// outside of it, and a message holds 70 characters instead of 160.
    const GSM: &str = "£¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà¡";

    #[test]
    fn a_message_is_short_and_bound_to_its_site_in_every_language() {
        let nil = uuid::Uuid::nil();
        let uses = [
            CodeUse::SignIn { attempt: AttemptId(nil) },
            CodeUse::Reauthentication { session: SessionId(nil) },
            CodeUse::FactorRecovery { attempt: AttemptId(nil) },
            CodeUse::Number { session: SessionId(nil) },
            CodeUse::Enrolment { session: SessionId(nil) },
        ];
        let mut said = std::collections::BTreeSet::new();
        for language in Language::ALL {
            for good_for in uses {
                let text =
                    words(language, "Example Exchange", "https://login.example.com:8443", good_for, "123456");
                assert!(text.starts_with("123456 ") && text.contains("Example Exchange"), "{text}");
                assert!(text.ends_with("\n\n@login.example.com #123456"), "{text}");
                assert!(text.chars().all(|c| c.is_ascii() || GSM.contains(c)), "{text}");
                assert!(text.chars().count() <= 160, "{} characters: {text}", text.chars().count());
                assert!(said.insert(text));
            }
        }
    }

    #[test]
    fn the_messages_about_a_recovery_keep_to_the_alphabet_and_carry_the_link() {
        let at = watchbook_domain::Timestamp::from_micros(1_772_546_700_000_000);
        let link = "https://login.example.com/stop-recovery?token=abc-DEF_1";
        let mut said = std::collections::BTreeSet::new();
        for language in Language::ALL {
            let tell = |notice, link| recovery_words(language, "Example Exchange", &notice, link);
            let warning = tell(RecoveryNotice::Warning { at, until: at }, Some(link)).unwrap();
            assert!(warning.contains("2026-03-03 14:05 UTC") && warning.ends_with(link), "{warning}");
            let lost = tell(RecoveryNotice::Lost { at }, None).unwrap();
            assert!(lost.chars().count() <= 160, "{lost}");
            assert_eq!(tell(RecoveryNotice::Warning { at, until: at }, None), None);
            assert_eq!(tell(RecoveryNotice::Message, Some(link)), None);
            for text in [warning, lost] {
                assert!(text.contains("Example Exchange"), "{text}");
                assert!(text.chars().all(|c| c.is_ascii() || GSM.contains(c)), "{text}");
                assert!(said.insert(text));
            }
        }
    }
}
