//! What a text message says. One with a code is short, without links, and begins with the code, where lock screens show
//! it.

use watchbook_domain::account::CodeUse;
use watchbook_domain::notice::RecoveryNotice;

/// Longest name of a site in a message, so that it stays one message of 160 characters.
const LONGEST_NAME: usize = 30;

/// The message with a `code`. Its last line binds the code to the site for browsers that fill it in (origin-bound
/// one-time codes, WICG): on another site they do not.
pub fn words(site_name: &str, public_url: &str, good_for: CodeUse, code: &str) -> String {
    let site: String = site_name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let purpose = match good_for {
        CodeUse::SignIn { .. } => "to sign in",
        CodeUse::Reauthentication { .. } => "to confirm that it is you",
        CodeUse::Number { .. } => "to confirm this number",
        CodeUse::Enrolment { .. } => "to set up codes by text message",
    };
    let warning = "Give it to nobody, whoever asks.";
    let host =
        public_url.split("://").nth(1).and_then(|rest| rest.split(['/', ':', '?']).next()).unwrap_or("");
    format!("{code} is your {site} code {purpose}. {warning}\n\n@{host} #{code}")
}

/// The message about a recovery by support, with the link that stops it.
pub fn recovery_words(site_name: &str, notice: &RecoveryNotice, link: Option<&str>) -> Option<String> {
    let site: String = site_name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    match (notice, link) {
        (RecoveryNotice::Warning { until, .. }, Some(link)) => {
            let until = until.datetime().format("%-d %B, %H:%M UTC");
            Some(format!(
                "{site}: support will hand your account to somebody else on {until}. Not you? Stop it: {link}"
            ))
        }
        (RecoveryNotice::Lost { .. }, _) => Some(format!(
            "{site}: support has handed your account over. If you did not ask for this, turn to our support at once."
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_domain::{AttemptId, SessionId};

    #[test]
    fn a_message_is_short_and_bound_to_its_site() {
        let nil = uuid::Uuid::nil();
        let uses = [
            CodeUse::SignIn { attempt: AttemptId(nil) },
            CodeUse::Reauthentication { session: SessionId(nil) },
            CodeUse::Number { session: SessionId(nil) },
            CodeUse::Enrolment { session: SessionId(nil) },
        ];
        for good_for in uses {
            let text = words("Example Exchange", "https://login.example.com:8443", good_for, "123456");
            assert!(text.starts_with("123456 is your Example Exchange code to "));
            assert!(text.ends_with("\n\n@login.example.com #123456"), "{text}");
            assert!(text.is_ascii() && text.len() <= 160, "{} characters: {text}", text.len());
        }
    }
}
