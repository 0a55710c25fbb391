//! The way out, whatever it is.

use super::message::OutgoingMail;

/// Hands messages over. One call is one try.
#[async_trait::async_trait]
pub trait MailTransport: Send + Sync {
    /// Hands `mail` over; afterwards somebody else answers for it. A failure can come after the other side
    /// has taken the message, so a retry can deliver it twice: both carry the same Message-ID.
    ///
    /// # Errors
    /// [`SendError::Temporary`] when a later try can succeed, [`SendError::Permanent`] when none can.
    async fn send(&self, mail: &OutgoingMail) -> Result<(), SendError>;

    /// Where it goes, for people: host and port, or a folder; never credentials.
    fn describe(&self) -> String;

    /// Finds out whether a message could be handed over now, without sending one.
    ///
    /// # Errors
    /// [`SendError::Temporary`] with what is wrong.
    async fn check(&self) -> Result<(), SendError>;
}

/// Why a message was not handed over. Neither the text nor the sources hold an address.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Try again later.
    #[error("the mail could not be handed over this time")]
    Temporary(#[source] SendFailure),
    /// It would be refused for ever: give up.
    #[error("the mail was refused for good")]
    Permanent(#[source] SendFailure),
}

impl SendError {
    /// Whether trying again is pointless.
    pub const fn is_permanent(&self) -> bool {
        matches!(self, Self::Permanent(_))
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// The server said no. Its words are left out: servers repeat the address in them.
    #[error("the mail server answered {code} {}to {stage}", status.map_or_else(String::new, |[class, subject, detail]| format!("({class}.{subject}.{detail}) ")))]
    Refused {
        /// To what.
        stage: Stage,
        /// The reply code (RFC 5321, 4.2).
        code: u16,
        /// The enhanced status code (RFC 3463), if the server gave one.
        status: Option<[u16; 3]>,
    },
    /// The server answered something that is not SMTP, or hung up in mid-sentence.
    #[error("the mail server gave no proper answer to {0}")]
    Answer(Stage),
    /// The server lacks what this installation requires: STARTTLS, AUTH, or SMTPUTF8 for this recipient.
    #[error("the mail server does not offer what {0} needs")]
    NotOffered(Stage),
    /// No connection, TLS failed, or the connection broke.
    #[error("no connection to the mail server during {stage}")]
    Connection {
        /// During what.
        stage: Stage,
        /// As the mail library says it.
        source: lettre::transport::smtp::Error,
    },
    /// The server took too long.
    #[error("the mail server did not answer {0} in time")]
    Timeout(Stage),
    /// The folder could not be written.
    #[error("the mail folder cannot be written")]
    Folder(#[source] std::io::Error),
    /// The words could not be put together.
    #[error("the message cannot be rendered")]
    Render(#[source] askama::Error),
    /// There is no message to hand over.
    #[error("there is no message to hand over")]
    Compose(#[source] super::message::ComposeError),
    /// The transport is being shut down.
    #[error("the mail transport is shut down")]
    Closed,
}

/// A step of handing a message over by SMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Connecting, TLS, greeting and EHLO.
    Connect,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Authenticate,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA and the message itself.
    Content,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "the greeting",
            Self::StartTls => "STARTTLS",
            Self::Authenticate => "AUTH",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Content => "DATA",
        })
    }
}
