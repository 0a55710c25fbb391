//! Just enough of MIME (RFC 2045, RFC 2046) to read the mails that the server sends, whichever way they
//! came: recipient, subject, plain text, link.

/// A mail that has been read.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The recipient's bare address, in lower case.
    pub to: String,
    /// What it is about.
    pub kind: MailKind,
    /// The token of its link, if it has one.
    pub token: Option<String>,
}

/// What a mail is about, as far as people here act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// With a link to confirm the address.
    Verify,
    /// With a link to set a new password.
    Reset,
    /// Tells of a sign-in from a new device, with a link to disown it.
    NewDevice,
    /// Tells of a registration with an address that has an account.
    AlreadyRegistered,
    /// Anything else.
    Other,
}

/// Beginnings of subjects; two kinds carry the same link, or none.
const SUBJECTS: [(&str, MailKind); 2] =
    [("New sign-in to ", MailKind::NewDevice), ("You already have an account", MailKind::AlreadyRegistered)];

const LINKS: [(&str, MailKind); 3] = [
    ("/verify?token=", MailKind::Verify),
    ("/reset?token=", MailKind::Reset),
    ("/not-me?token=", MailKind::Other),
];

/// Reads a message; `None` when it is none, or not all of it is there yet.
pub fn read(bytes: &[u8]) -> Option<Message> {
    let raw = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n")?;
    let head = unfolded(head);
    let to = bare_address(header(&head, "to")?);
    let subject = header(&head, "subject").unwrap_or_default();
    let text = plain_text(&head, body)?;

    let link = LINKS.iter().find_map(|(path, kind)| {
        let from = text.find(path)? + path.len();
        let token =
            text[from..].split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next()?;
        Some((*kind, token.to_owned()))
    });
    let told = SUBJECTS.iter().find(|(beginning, _)| subject.starts_with(beginning)).map(|(_, kind)| *kind);
    let kind = told.or(link.as_ref().map(|(kind, _)| *kind)).unwrap_or(MailKind::Other);
    Some(Message { to, kind, token: link.map(|(_, token)| token) })
}

/// Headers with their continuation lines joined (RFC 5322, 2.2.3).
fn unfolded(head: &str) -> String {
    head.replace("\n ", " ").replace("\n\t", " ")
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

fn bare_address(to: &str) -> String {
    let inner = to.rsplit_once('<').map_or(to, |(_, rest)| rest.trim_end_matches('>'));
    inner.trim().to_ascii_lowercase()
}

/// The text of the message, or of its first `text/plain` part.
fn plain_text(head: &str, body: &str) -> Option<String> {
    let kind = header(head, "content-type").unwrap_or("text/plain");
    if !kind.to_ascii_lowercase().starts_with("multipart/") {
        return decoded(header(head, "content-transfer-encoding").unwrap_or("7bit"), body);
    }
    let boundary = parameter(kind, "boundary")?;
    let (complete, _) = body.split_once(&format!("--{boundary}--"))?;
    complete.split(&format!("--{boundary}\n")).skip(1).find_map(|part| {
        let (head, body) = part.split_once("\n\n")?;
        let head = unfolded(head);
        let kind = header(&head, "content-type").unwrap_or("text/plain").to_ascii_lowercase();
        let wanted = kind.starts_with("text/plain") || kind.starts_with("multipart/");
        wanted.then(|| plain_text(&head, body)).flatten()
    })
}

fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    value.split(';').skip(1).find_map(|part| {
        let (found, value) = part.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

fn decoded(encoding: &str, body: &str) -> Option<String> {
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "quoted-printable" => quoted_printable(body)?,
        "base64" => base64(body)?,
        _ => body.as_bytes().to_vec(),
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// RFC 2045, 6.7.
fn quoted_printable(body: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'=', [b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                bytes.push((digit(*high)? * 16 + digit(*low)?) as u8);
                after
            }
            (b'=', _) => return None,
            (byte, after) => {
                bytes.push(byte);
                after
            }
        };
    }
    Some(bytes)
}

/// RFC 2045, 6.8.
fn base64(body: &str) -> Option<Vec<u8>> {
    let (mut bits, mut held) = (0u32, 0);
    let mut bytes = Vec::with_capacity(body.len() * 3 / 4);
    for byte in body.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multipart(subject: &str, encoding: &str, text: &str) -> String {
        format!(
            "Message-ID: <1@localhost>\r\nFrom: Site <no-reply@example.com>\r\nTo: Ann <Ann@people.example>\r\n\
             Subject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n \
             boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n{text}\r\n--=_b\r\nContent-Type: text/html\r\n\r\n\
             <a href=\"http://h/verify?token=html\">x</a>\r\n--=_b--\r\n"
        )
    }

    #[test]
    fn a_link_broken_by_quoted_printable_is_put_together() {
        let text = "Gr=C3=BC=C3=9Fe:\r\nhttp://127.0.0.1:8080/verify?token=3Dabc-D=\r\nE_f9\r\nbye";
        let mail =
            read(multipart("Confirm your e-mail address", "quoted-printable", text).as_bytes()).unwrap();
        assert_eq!(mail.to, "ann@people.example");
        assert_eq!((mail.kind, mail.token.as_deref()), (MailKind::Verify, Some("abc-DE_f9")));
    }

    #[test]
    fn base64_and_plain_text_are_read() {
        // "Link: http://h/reset?token=Q_1 end"
        let text = "TGluazogaHR0cDovL2gvcmVzZXQ/\r\ndG9rZW49UV8xIGVuZA==";
        let mail = read(multipart("Set a new password", "base64", text).as_bytes()).unwrap();
        assert_eq!((mail.kind, mail.token.as_deref()), (MailKind::Reset, Some("Q_1")));

        let mail = read(b"To: <a@b>\nSubject: x\n\nsee http://h/reset?token=T.\n").unwrap();
        assert_eq!((mail.to.as_str(), mail.token.as_deref()), ("a@b", Some("T")));
    }

    #[test]
    fn the_subject_tells_mails_with_the_same_link_apart() {
        let text = "http://h/not-me?token=t";
        let kind = |subject: &str| read(multipart(subject, "7bit", text).as_bytes()).map(|mail| mail.kind);
        assert_eq!(kind("New sign-in to your Site account"), Some(MailKind::NewDevice));
        assert_eq!(kind("Your Site password was changed"), Some(MailKind::Other));
        let folded = "You already have\r\n an account at Site";
        assert_eq!(kind(folded), Some(MailKind::AlreadyRegistered));
    }

    #[test]
    fn half_a_message_is_none_yet() {
        let whole = multipart("Confirm", "7bit", "http://h/verify?token=abcdef");
        let half = &whole[..whole.len() * 2 / 3];
        assert!(read(half.as_bytes()).is_none());
        assert!(read(b"").is_none() && read(&[0xff, 0xfe, b'\n', b'\n']).is_none());
    }
}
