//! The message as it goes over the wire.

use std::time::SystemTime;

use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::Deserialize;
use watchbook_domain::{Email, NotificationId, Timestamp};

use super::render::Rendered;
use super::transport::{SendError, SendFailure};

/// Who the mails are from, as configured: `Example Exchange <no-reply@example.com>` or a bare address.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sender(Mailbox);

/// Why a text is no sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// Not `Name <address>` and no address.
    #[error("the sender of mails is not written as `Name <address>`")]
    Malformed(#[source] AddressError),
    /// The name has line breaks or other control characters.
    #[error("the sender's name holds control characters")]
    Control,
}

impl Sender {
    /// From a name, which may be empty, and an address.
    ///
    /// # Errors
    /// `Malformed`, `Control`.
    pub fn new(name: &str, address: &str) -> Result<Self, SenderError> {
        if name.chars().any(char::is_control) {
            return Err(SenderError::Control);
        }
        let Some((local, domain)) = address.trim().rsplit_once('@') else {
            return Err(SenderError::Malformed(AddressError::MissingParts));
        };
        let domain = ascii_domain(domain).map_err(|_| SenderError::Malformed(AddressError::InvalidDomain))?;
        let address = Address::new(local, domain).map_err(SenderError::Malformed)?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self(Mailbox::new(name, address)))
    }
}

impl TryFrom<String> for Sender {
    type Error = SenderError;
    fn try_from(text: String) -> Result<Self, SenderError> {
        let Mailbox { name, email } = text.parse().map_err(SenderError::Malformed)?;
        Self::new(&name.unwrap_or_default(), email.as_ref())
    }
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender(…)")
    }
}

/// One message, ready to be handed over. The same notification gives the same bytes each time it is
/// composed, whatever crashed in between: above all the same `Message-ID`, by which the receiving side
/// recognises a repetition (RFC 5322, 3.6.4).
#[derive(Clone)]
pub struct OutgoingMail {
    notification: NotificationId,
    message_id: String,
    message: Message,
}

/// Why a message cannot be composed; trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// No mail can go to such an address.
    #[error("no mail can be written to this recipient")]
    Recipient,
    /// The message is incomplete.
    #[error("the message cannot be put together")]
    Message(#[source] lettre::error::Error),
}

impl From<ComposeError> for SendError {
    fn from(error: ComposeError) -> Self {
        Self::Permanent(SendFailure::Compose(error))
    }
}

impl OutgoingMail {
    /// Puts a message together: text and HTML as `multipart/alternative`, marked as sent by a machine so
    /// that nobody's absence notice answers it (RFC 3834, section 5), with its language (RFC 3282). `date` is when the notice was asked
    /// for, so that a late delivery shows as late.
    ///
    /// # Errors
    /// `Recipient` when `to` cannot be written in a message; `Message` otherwise.
    pub fn compose(
        sender: &Sender,
        notification: NotificationId,
        to: &Email,
        rendered: &Rendered,
        date: Timestamp,
    ) -> Result<Self, ComposeError> {
        let message_id = format!("<{notification}@{}>", sender.0.email.domain());
        let to = recipient(to)?;
        // A boundary of the library's own making would differ each time.
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", notification.0.simple()))
            .singlepart(SinglePart::plain(rendered.text.clone()))
            .singlepart(SinglePart::html(rendered.html.clone()));
        let message = Message::builder()
            .from(sender.0.clone())
            .to(Mailbox::new(None, to))
            .date(SystemTime::from(date.datetime()))
            .message_id(Some(message_id.clone()))
            .subject(super::plain::one_line(&rendered.subject, 200))
            .raw_header(HeaderValue::new(
                const { HeaderName::new_from_ascii_str("Auto-Submitted") },
                "auto-generated".to_owned(),
            ))
            .raw_header(HeaderValue::new(
                const { HeaderName::new_from_ascii_str("Content-Language") },
                rendered.language.tag().to_owned(),
            ))
            .multipart(parts)
            .map_err(ComposeError::Message)?;
        Ok(Self { notification, message_id, message })
    }

    /// The notification it delivers.
    pub const fn notification(&self) -> NotificationId {
        self.notification
    }

    /// The `Message-ID` with its angle brackets: `<notification id@the sender's domain>`.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The message with its headers (RFC 5322), lines ended by CR LF.
    pub fn formatted(&self) -> Vec<u8> {
        self.message.formatted()
    }

    pub(super) fn envelope(&self) -> &lettre::address::Envelope {
        self.message.envelope()
    }
}

/// Without the address and the words.
impl std::fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingMail").field("notification", &self.notification).finish_non_exhaustive()
    }
}

/// An internationalised domain goes in its ASCII form, which every server takes (RFC 5891, section 4.4).
fn recipient(email: &Email) -> Result<Address, ComposeError> {
    let (local, domain) = email.as_str().rsplit_once('@').ok_or(ComposeError::Recipient)?;
    Address::new(local, ascii_domain(domain)?).map_err(|_| ComposeError::Recipient)
}

fn ascii_domain(domain: &str) -> Result<String, ComposeError> {
    if domain.is_ascii() {
        return Ok(domain.to_owned());
    }
    idna::domain_to_ascii(domain).map_err(|_| ComposeError::Recipient)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use mail_parser::MessageParser;
    use uuid::Uuid;

    fn rendered() -> Rendered {
        Rendered {
            language: watchbook_words::Language::German,
            subject: "New sign-in to your Exämple account".to_owned(),
            text: "Somebody signed in from São Paulo.\n.\n..\nhttps://example.com/disown/abc=def\n"
                .to_owned(),
            html: "<p>Somebody signed in from São Paulo.</p>".to_owned(),
        }
    }

    fn compose(
        number: u128,
        sender: &Sender,
        to: &str,
        rendered: &Rendered,
    ) -> Result<OutgoingMail, ComposeError> {
        let date = Timestamp::from_micros(1_772_546_700_000_000);
        let id = NotificationId(Uuid::from_u128(number));
        OutgoingMail::compose(sender, id, &Email::parse(to).unwrap(), rendered, date)
    }

    /// A message of notification `number`, to Ada.
    pub(in super::super) fn mail(number: u128) -> OutgoingMail {
        let sender = Sender::new("Exämple, Inc.", "no-reply@example.com").unwrap();
        compose(number, &sender, "ada@example.com", &rendered()).unwrap()
    }

    /// A message that says this, to Ada.
    pub(in super::super) fn mail_of(rendered: &Rendered) -> OutgoingMail {
        let sender = Sender::new("Example", "no-reply@example.com").unwrap();
        compose(7, &sender, "ada@example.com", rendered).unwrap()
    }

    #[test]
    fn the_message_is_what_a_mail_program_expects() {
        let bytes = mail(7).formatted();
        assert!(bytes.is_ascii());
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.lines().all(|line| line.len() <= 998) && !text.replace("\r\n", "").contains('\n'));
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        let from = parsed.from().and_then(|from| from.first()).unwrap();
        assert_eq!((from.name(), from.address()), (Some("Exämple, Inc."), Some("no-reply@example.com")));
        assert_eq!(parsed.to().and_then(|to| to.first()).unwrap().address(), Some("ada@example.com"));
        assert_eq!(parsed.subject(), Some("New sign-in to your Exämple account"));
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-03-03T14:05:00Z");
        assert_eq!(parsed.message_id(), Some("00000000-0000-0000-0000-000000000007@example.com"));
        assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(parsed.header_raw("Content-Language").map(str::trim), Some("de"));
        assert!(text.contains("Content-Type: multipart/alternative"));
        assert_eq!(parsed.text_body_count(), 1);
        assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), rendered().text.trim_end());
        assert_eq!(parsed.body_html(0).unwrap().trim_end(), rendered().html);
    }

    #[test]
    fn the_same_notification_gives_the_same_bytes() {
        assert_eq!(mail(7).formatted(), mail(7).formatted());
        assert_ne!(mail(7).message_id(), mail(8).message_id());
    }

    #[test]
    fn line_breaks_add_no_header() {
        let sender = Sender::new("Example", "no-reply@example.com").unwrap();
        let subject = "Hello\r\nBcc: eve@example.net\r\n\r\nbody".to_owned();
        let mail = compose(7, &sender, "ada@example.com", &Rendered { subject, ..rendered() }).unwrap();
        let bytes = mail.formatted();
        let parsed = MessageParser::default().parse(&bytes).unwrap();
        assert!(parsed.bcc().is_none());
        assert_eq!(parsed.subject(), Some("Hello Bcc: eve@example.net body"));
        assert_eq!(mail.envelope().to().len(), 1);
        assert_eq!(
            Sender::new("a\r\nBcc: b@example.net", "a@example.com").unwrap_err(),
            SenderError::Control
        );
        assert!(Sender::new("a", "a@example.com\r\nBcc: b@example.net").is_err());
    }

    #[test]
    fn internationalised_domains_go_in_ascii() {
        let sender = Sender::new("", "no-reply@bücher.example").unwrap();
        let mail = compose(7, &sender, "ada@bücher.example", &rendered()).unwrap();
        assert_eq!(mail.envelope().to()[0].to_string(), "ada@xn--bcher-kva.example");
        assert!(mail.message_id().ends_with("@xn--bcher-kva.example>") && mail.formatted().is_ascii());
    }

    #[test]
    fn senders_are_read_from_configuration() {
        let sender = Sender::try_from("Example Exchange <no-reply@example.com>".to_owned()).unwrap();
        assert_eq!(sender, Sender::new("Example Exchange", "no-reply@example.com").unwrap());
        assert!(Sender::try_from("no-reply@localhost".to_owned()).is_ok());
        assert!(Sender::try_from("nobody".to_owned()).is_err());
    }

    #[test]
    fn debug_shows_no_address() {
        let shown = format!("{:?}{:?}", mail(7), rendered());
        assert!(!shown.contains("ada") && !shown.contains('@') && !shown.contains("disown"));
    }
}
