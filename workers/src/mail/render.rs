//! From a notice to the words of a mail, as text and as HTML.

use askama::Template;
use watchbook_domain::Timestamp;
use watchbook_domain::notice::Notice;
use watchbook_words::Language;

use super::letter::Letter;

/// What a mail says besides the notice itself.
#[derive(Clone, Copy)]
pub struct RenderContext<'a> {
    /// What it is written in.
    pub language: Language,
    /// What the site calls itself.
    pub site_name: &'a str,
    /// The configured public address of the site, never one taken from a request.
    pub public_url: &'a str,
    /// The link that the notice carries: proves the address (`VerifyEmail`), sets a new password
    /// (`ResetPassword`) or says "this was not me" (all that happened to the account). Absent when the
    /// notice has none: then the mail names a page of the site.
    pub action_link: Option<&'a str>,
    /// Until when the link works, if that is known; `VerifyEmail` and `ResetPassword` say it themselves.
    pub link_expires_at: Option<Timestamp>,
}

/// The links are secrets: shows the site only.
impl std::fmt::Debug for RenderContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RenderContext").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// The words of a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What it is written in.
    pub language: Language,
    /// One line; nothing in it comes from a request.
    pub subject: String,
    /// As plain text, lines ended by `\n`.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Shows the sizes: the words are personal and hold the link.
impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rendered(text {} bytes, HTML {} bytes)", self.text.len(), self.html.len())
    }
}

/// Puts a notice into words. Pure: the same arguments give the same bytes.
///
/// # Errors
/// Only when a template cannot be written out.
pub fn render(notice: &Notice, context: &RenderContext<'_>) -> Result<Rendered, askama::Error> {
    let letter = Letter::of(notice, context);
    Ok(Rendered {
        language: context.language,
        text: TextPart { letter: &letter }.render()?,
        html: HtmlPart { letter: &letter }.render()?,
        subject: letter.subject,
    })
}

#[derive(Template)]
#[template(path = "notice.txt")]
struct TextPart<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct HtmlPart<'a> {
    letter: &'a Letter,
}

#[expect(unreachable_pub, reason = "the attribute makes the filter public")]
mod filters {
    use askama::Values;

    /// Breaks a paragraph into lines.
    #[askama::filter_fn]
    pub(super) fn lines(paragraph: &str, _: &dyn Values) -> askama::Result<String> {
        Ok(super::super::plain::wrapped(paragraph))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use watchbook_domain::account::{ChangeReason, LockReason};
    use watchbook_domain::notice::{Contact, ContactChange, FactorChange, RecoveryStep};

    const SITE: &str = "https://example.com";
    const LINK: &str = "https://example.com/links/act?token=abc-DEF_123&x=1";
    const AT: Timestamp = Timestamp::from_micros(1_772_546_700_000_000);

    fn context(action_link: Option<&str>) -> RenderContext<'_> {
        let link_expires_at = Some(AT + chrono::TimeDelta::days(7));
        RenderContext {
            language: Language::English,
            site_name: "Example Exchange",
            public_url: "https://example.com/",
            action_link,
            link_expires_at,
        }
    }

    fn rendered(notice: &Notice) -> Rendered {
        render(notice, &context(Some(LINK))).unwrap()
    }

    fn new_device(device: &str) -> Notice {
        let place = Some("Lisbon, Portugal".to_owned());
        Notice::NewDevice { at: AT, device: device.to_owned(), place, address: "192.0.2.7".to_owned() }
    }

    /// Every notice with what its mail has to say and whether it offers the action link.
    fn all() -> Vec<(Notice, Vec<&'static str>, bool)> {
        use FactorChange::{
            PasskeyCopySuspected, PasskeyEnrolled, PasskeyRemoved, RecoveryCodeUsed, RecoveryCodesGenerated,
            TotpEnrolled, TotpRemoved,
        };
        let when = "3 March 2026, 14:05 UTC";
        let until = "works until 10 March 2026, 14:05 UTC";
        let address =
            |change| Notice::ContactChanged { at: AT, change, masked: "a…@example.net".to_owned() };
        let recovery = |step| Notice::FactorRecovery { at: AT, step };
        let factor = |change| Notice::SecondFactorChanged { at: AT, change };
        let reset = Notice::ResetPassword {
            minutes: 30,
            at: AT,
            device: "Firefox on Windows".to_owned(),
            place: None,
        };
        vec![
            (Notice::VerifyEmail { hours: 24 }, vec!["24 hours", "If it was not you"], true),
            (Notice::AlreadyRegistered, vec!["already has an account", "https://example.com/forgot"], false),
            (
                reset,
                vec![when, "Firefox on Windows", "Place: unknown", "30 minutes", "did not ask for this"],
                true,
            ),
            (
                new_device("Chrome on Android"),
                vec![
                    when,
                    "Chrome on Android",
                    "Lisbon, Portugal (estimated)",
                    "192.0.2.7",
                    until,
                    "If not, tell us",
                ],
                true,
            ),
            (
                Notice::ConfirmSignIn {
                    minutes: 30,
                    at: AT,
                    device: "Chrome on Android".to_owned(),
                    place: Some("Lisbon, Portugal".to_owned()),
                    address: "192.0.2.7".to_owned(),
                },
                vec![when, "Chrome on Android", "Lisbon, Portugal (estimated)", "192.0.2.7", "30 minutes"],
                true,
            ),
            (
                Notice::PasswordChanged { at: AT, by_reset: false },
                vec![when, "who was signed in", until],
                true,
            ),
            (Notice::PasswordChanged { at: AT, by_reset: true }, vec![when, "over a link", until], true),
            (
                Notice::PasswordChangeRequired { at: AT, reason: ChangeReason::Compromised, hours: 24 },
                vec![when, "somebody else may know", "24 hours"],
                true,
            ),
            (
                Notice::PasswordChangeRequired { at: AT, reason: ChangeReason::TooShortAlone, hours: 1 },
                vec![when, "too short", "1 hour"],
                true,
            ),
            (factor(TotpEnrolled), vec![when, "was set up", until], true),
            (factor(TotpRemoved), vec![when, "was removed", until], true),
            (factor(PasskeyEnrolled), vec![when, "was added", until], true),
            (factor(PasskeyRemoved), vec![when, "was removed", until], true),
            (factor(PasskeyCopySuspected), vec![when, "or a copy of it", until], true),
            (factor(RecoveryCodesGenerated), vec![when, "earlier codes no longer work", until], true),
            (factor(RecoveryCodeUsed { left: 1 }), vec![when, "1 code left", until], true),
            (factor(RecoveryCodeUsed { left: 0 }), vec![when, "No codes are left", until], true),
            (
                Notice::AccountLocked { at: AT, reason: LockReason::Disowned },
                vec![when, "set a new password", "https://example.com/forgot"],
                false,
            ),
            (
                Notice::AccountLocked { at: AT, reason: LockReason::Operator },
                vec![when, "by our staff"],
                false,
            ),
            (Notice::AccountUnlocked { at: AT }, vec![when, "unlocked", until], true),
            (
                Notice::ProveAddress { hours: 24, contact: Contact::Email },
                vec!["new e-mail address", "24 hours", "do nothing"],
                true,
            ),
            (
                Notice::ProveAddress { hours: 24, contact: Contact::RecoveryEmail },
                vec!["recovery address", "24 hours"],
                true,
            ),
            (address(ContactChange::EmailChanged), vec![when, "a…@example.net", "undo it", until], true),
            (address(ContactChange::EmailRestored), vec![when, "a…@example.net", "is locked"], false),
            (address(ContactChange::RecoveryEmailSet), vec![when, "a…@example.net", until], true),
            (address(ContactChange::RecoveryEmailRemoved), vec![when, "was removed", until], true),
            (Notice::AddressWantedElsewhere { at: AT }, vec![when, "has not been told"], false),
            (Notice::ResetHeld { at: AT }, vec![when, "the address before it"], false),
            (recovery(RecoveryStep::Prove), vec![when, "is lost"], true),
            (recovery(RecoveryStep::Requested), vec![when, "after a wait", "knows your password"], true),
            (recovery(RecoveryStep::Scheduled { until: AT }), vec!["can be removed from", when], true),
            (recovery(RecoveryStep::Complete { from: AT }), vec!["the link below", when], true),
            (recovery(RecoveryStep::Stopped), vec![when, "was stopped"], false),
            (recovery(RecoveryStep::Completed), vec![when, "new second step"], false),
        ]
    }

    fn in_one_line(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The addresses in a part, each up to the first character that cannot belong to it.
    fn urls(part: &str) -> Vec<String> {
        let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>');
        let starts = part.match_indices("http").map(|(start, _)| &part[start..]);
        starts.map(|rest| rest.split(ends).next().unwrap_or_default().replace("&#38;", "&")).collect()
    }

    #[test]
    fn every_mail_says_what_when_from_where_and_what_to_do() {
        for (notice, expected, acts) in all() {
            let mail = rendered(&notice);
            let text = in_one_line(&mail.text);
            for words in expected {
                assert!(text.contains(words), "{notice:?} lacks {words:?}:\n{}", mail.text);
                if !words.contains("://") && !words.contains(": ") {
                    assert!(mail.html.contains(words), "{notice:?} lacks {words:?}:\n{}", mail.html);
                }
            }
            assert_eq!(mail.text.contains(LINK), acts, "{notice:?}");
            assert!(
                mail.subject.contains("Example Exchange") && text.contains("never asks for your password")
            );
        }
    }

    #[test]
    fn the_only_addresses_are_the_action_link_and_pages_of_the_site() {
        let without = all().into_iter().map(|(notice, ..)| render(&notice, &context(None)).unwrap());
        for mail in all().iter().map(|(notice, ..)| rendered(notice)).chain(without) {
            for url in urls(&mail.text).into_iter().chain(urls(&mail.html)) {
                assert!([SITE, LINK, "https://example.com/forgot"].contains(&url.as_str()), "{url}");
            }
        }
    }

    #[test]
    fn without_its_link_a_mail_names_a_page() {
        for notice in [new_device("x"), Notice::VerifyEmail { hours: 24 }] {
            let mail = render(&notice, &context(None)).unwrap();
            assert!(!mail.text.contains("below") && urls(&mail.text).len() == 1, "{}", mail.text);
        }
    }

    #[test]
    fn the_html_is_accessible_and_loads_nothing() {
        for (notice, ..) in all() {
            let Rendered { html, subject, .. } = rendered(&notice);
            assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
            assert!(html.contains(&format!("<title>{subject}</title>")));
            assert_eq!(html.matches("<h1").count(), 1);
            for loaded in ["<img", "<script", "<link", "<style", "<iframe", "src=", "url(", "@import"] {
                assert!(!html.contains(loaded), "{notice:?} has {loaded}");
            }
            assert!(html.contains("<a href=") || matches!(notice, Notice::AccountLocked { .. }));
            assert!(!html.contains(">http"), "links are named by what they do");
        }
    }

    #[test]
    fn the_text_has_short_lines_and_single_gaps() {
        for (notice, ..) in all() {
            let text = rendered(&notice).text;
            assert!(text.lines().all(|line| line.chars().count() <= 78), "{text}");
            assert!(!text.contains("\n\n\n") && !text.starts_with('\n'), "{text}");
            assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains("&#"), "{text}");
        }
    }

    #[test]
    fn devices_cannot_write_into_the_mail() {
        let hostile =
            "<script>alert(1)</script>\r\n\r\nCall https://evil.example/now\u{202e}\r\nBcc: eve@evil.example";
        let mail = rendered(&new_device(hostile));
        assert!(!mail.html.contains("<script") && mail.html.contains("&#60;script&#62;"));
        for part in [&mail.text, &mail.html] {
            assert!(
                !part.contains("evil.example")
                    && !part.contains("https://evil")
                    && !part.contains('\u{202e}')
            );
        }
        assert!(!mail.text.contains('\r') && !mail.text.lines().any(|line| line.starts_with("Bcc")));
        assert!(rendered(&new_device(&"x".repeat(100_000))).html.len() < 5_000);
        assert!(!mail.subject.contains("script"));
    }

    #[test]
    fn debug_shows_no_link() {
        assert!(!format!("{:?}{:?}", context(Some(LINK)), rendered(&new_device("x"))).contains("token"));
    }
}
