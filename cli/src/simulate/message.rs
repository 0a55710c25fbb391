//! Just enough of MIME (RFC 2045, RFC 2046) to read the mails that the server sends, whichever way they
//! came: recipient, subject, plain text, link. Text messages too.

/// A mail or text message that has been read.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The recipient's bare address, in lower case, or number.
    pub to: String,
    /// What it is about.
    pub kind: Kind,
    /// The token of its link, or the code, if it has one.
    pub token: Option<String>,
    /// Where its link leads: scheme, host and port.
    pub origin: Option<String>,
}

/// What a message is about, as far as people here act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With a link to confirm the address.
    Verify,
    /// With a link to set a new password.
    Reset,
    /// Tells of a sign-in from a new device, with a link to disown it.
    NewDevice,
    /// Tells of a registration with an address that has an account.
    AlreadyRegistered,
    /// Asks whether an unexpected sign-in is the owner's.
    Confirm,
    /// With a link to confirm a new address of the account.
    ConfirmAddress,
    /// To the old address: with a link that takes the account back.
    UndoAddress,
    /// With a link to confirm a recovery address.
    ConfirmRecovery,
    /// With a link that is one of two proofs of a lost second factor.
    ProveLoss,
    /// With a link that stops a recovery of the second factor.
    StopLoss,
    /// With a link that completes a recovery of the second factor.
    CompleteLoss,
    /// With a link that proves the contact address of a recovery case.
    ProveContact,
    /// With a link that stops a hand-over by support.
    StopSupport,
    /// Support has written.
    SupportWrote,
    /// Support has rejected a case.
    SupportRejected,
    /// An alert has something to say about the account.
    Alert,
    /// An alert has locked the account.
    LockedByAlert,
    /// A code by text message.
    Code,
    /// Anything else.
    Other,
}

/// What is in subjects; several kinds carry the same link, or none.
const SUBJECTS: [(&str, Kind); 8] = [
    ("New sign-in to ", Kind::NewDevice),
    ("You already have an account", Kind::AlreadyRegistered),
    ("Support has written to you", Kind::SupportWrote),
    ("Your recovery case was rejected", Kind::SupportRejected),
    ("account is locked for its protection", Kind::LockedByAlert),
    ("Somebody is guessing at your ", Kind::Alert),
    ("Something unusual in your ", Kind::Alert),
    ("Check the latest changes to your ", Kind::Alert),
];

const LINKS: [(&str, Kind); 12] = [
    ("/verify?token=", Kind::Verify),
    ("/reset?token=", Kind::Reset),
    ("/not-me?token=", Kind::Other),
    ("/confirm?token=", Kind::Confirm),
    ("/confirm-email?token=", Kind::ConfirmAddress),
    ("/undo-email-change?token=", Kind::UndoAddress),
    ("/confirm-recovery-email?token=", Kind::ConfirmRecovery),
    ("/prove-recovery?token=", Kind::ProveLoss),
    ("/stop-factor-recovery?token=", Kind::StopLoss),
    ("/complete-recovery?token=", Kind::CompleteLoss),
    ("/recovery-contact?token=", Kind::ProveContact),
    ("/stop-recovery?token=", Kind::StopSupport),
];

/// Reads a mail; `None` when it is none, or not all of it is there yet.
pub fn read(bytes: &[u8]) -> Option<Message> {
    let raw = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n")?;
    let head = unfolded(head);
    let to = bare_address(header(&head, "to")?);
    let subject = header(&head, "subject").unwrap_or_default();
    let text = plain_text(&head, body)?;
    let link = link(&text);
    let told = SUBJECTS.iter().find(|(part, _)| subject.contains(part)).map(|(_, kind)| *kind);
    let kind = told.or(link.as_ref().map(|link| link.0)).unwrap_or(Kind::Other);
    let (token, origin) = link.map(|(_, token, origin)| (token, origin)).unzip();
    Some(Message { to, kind, token, origin })
}

/// Reads a text message as the file sink writes it: a line `To: <number>`, an empty line, and the words.
pub fn read_text(bytes: &[u8]) -> Option<Message> {
    let raw = String::from_utf8_lossy(bytes);
    let (head, text) = raw.split_once("\n\n")?;
    let to = header(head, "to")?.to_owned();
    // The file is complete once its last line is.
    let text = text.strip_suffix('\n')?;
    let code: String = text.chars().take_while(char::is_ascii_digit).collect();
    if code.len() == 6 {
        return Some(Message { to, kind: Kind::Code, token: Some(code), origin: None });
    }
    let link = link(text);
    let kind = link.as_ref().map_or(Kind::Other, |link| link.0);
    let (token, origin) = link.map(|(_, token, origin)| (token, origin)).unzip();
    Some(Message { to, kind, token, origin })
}

/// The first link that is known: what it is for, its token, and its origin.
fn link(text: &str) -> Option<(Kind, String, String)> {
    LINKS.iter().find_map(|(path, kind)| {
        let at = text.find(path)?;
        let token = text[at + path.len()..]
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .next()?;
        let origin = text[..at].rsplit(char::is_whitespace).next()?;
        Some((*kind, token.to_owned(), origin.to_owned()))
    })
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
        assert_eq!((mail.kind, mail.token.as_deref()), (Kind::Verify, Some("abc-DE_f9")));
    }

    #[test]
    fn base64_and_plain_text_are_read() {
        // "Link: http://h/reset?token=Q_1 end"
        let text = "TGluazogaHR0cDovL2gvcmVzZXQ/\r\ndG9rZW49UV8xIGVuZA==";
        let mail = read(multipart("Set a new password", "base64", text).as_bytes()).unwrap();
        assert_eq!((mail.kind, mail.token.as_deref()), (Kind::Reset, Some("Q_1")));

        let mail = read(b"To: <a@b>\nSubject: x\n\nsee http://h/reset?token=T.\n").unwrap();
        assert_eq!((mail.to.as_str(), mail.token.as_deref()), ("a@b", Some("T")));
    }

    #[test]
    fn the_subject_tells_mails_with_the_same_link_apart() {
        let text = "http://h/not-me?token=t";
        let kind = |subject: &str| read(multipart(subject, "7bit", text).as_bytes()).map(|mail| mail.kind);
        assert_eq!(kind("New sign-in to your Site account"), Some(Kind::NewDevice));
        assert_eq!(kind("Your Site password was changed"), Some(Kind::Other));
        let folded = "You already have\r\n an account at Site";
        assert_eq!(kind(folded), Some(Kind::AlreadyRegistered));
    }

    #[test]
    fn a_link_says_where_the_site_is() {
        let mail =
            read(multipart("x", "7bit", "see http://login.example:8080/confirm?token=t1 now").as_bytes());
        let mail = mail.unwrap();
        assert_eq!((mail.kind, mail.origin.as_deref()), (Kind::Confirm, Some("http://login.example:8080")));
    }

    #[test]
    fn text_messages_have_codes_or_links() {
        let code = read_text(b"To: +12005550100\n\n123456 is your code to sign in.\n@h #123456\n").unwrap();
        assert_eq!((code.to.as_str(), code.kind), ("+12005550100", Kind::Code));
        assert_eq!(code.token.as_deref(), Some("123456"));
        let stop = read_text(b"To: +12005550100\n\nStop it: https://h/stop-recovery?token=T_1\n").unwrap();
        assert_eq!((stop.kind, stop.token.as_deref()), (Kind::StopSupport, Some("T_1")));
        assert!(read_text(b"To: +12005550100\n\n1234").is_none(), "not all of it is there yet");
    }

    #[test]
    fn half_a_message_is_none_yet() {
        let whole = multipart("Confirm", "7bit", "http://h/verify?token=abcdef");
        let half = &whole[..whole.len() * 2 / 3];
        assert!(read(half.as_bytes()).is_none());
        assert!(read(b"").is_none() && read(&[0xff, 0xfe, b'\n', b'\n']).is_none());
    }
}
