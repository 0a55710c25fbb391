//! The way out, whatever it is.

use watchbook_domain::{NotificationId, PhoneNumber, Timestamp};
use zeroize::Zeroizing;

/// One message, ready to go.
pub struct OutgoingSms {
    /// Names the message: the same for every try.
    pub notification: NotificationId,
    /// Where it goes.
    pub to: PhoneNumber,
    /// What it says, code and all.
    pub text: Zeroizing<String>,
    /// When this try is made.
    pub at: Timestamp,
}

/// Only its name: number and code are secrets.
impl std::fmt::Debug for OutgoingSms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingSms").field("notification", &self.notification).finish_non_exhaustive()
    }
}

/// Hands messages over. One call is one try.
#[async_trait::async_trait]
pub trait SmsProvider: Send + Sync {
    /// Hands `sms` over; afterwards somebody else answers for it. A failure can come after the other side has taken
    /// the message, so a retry can deliver it twice: both say the same.
    ///
    /// # Errors
    /// [`SmsError::Temporary`] when a later try can succeed, [`SmsError::Permanent`] when none can.
    async fn send(&self, sms: &OutgoingSms) -> Result<(), SmsError>;

    /// Where it goes, for people: a host, or a folder; never credentials.
    fn describe(&self) -> String;

    /// Finds out whether a message could be handed over now, as far as that shows without sending one.
    ///
    /// # Errors
    /// [`SmsError::Temporary`] with what is wrong.
    async fn check(&self) -> Result<(), SmsError>;
}

/// Why a message was not handed over. Neither the text nor the sources hold a number.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// Try again shortly.
    #[error("the text message could not be handed over this time")]
    Temporary(#[source] SmsFailure),
    /// It would be refused for ever: give up.
    #[error("the text message was refused for good")]
    Permanent(#[source] SmsFailure),
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum SmsFailure {
    /// The provider said no. Its words are left out: they may hold the number.
    #[error("the provider answered {status}{}", code.map_or_else(String::new, |code| format!(" with its code {code}")))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The provider's own code, if it gave one.
        code: Option<u64>,
    },
    /// No connection, TLS failed, the connection broke, or the provider took too long.
    #[error("the provider cannot be reached")]
    Connection(#[source] reqwest_tls::Error),
    /// The folder could not be written.
    #[error("the folder of text messages cannot be written")]
    Folder(#[source] std::io::Error),
    /// The message could not be put together.
    #[error("the text message cannot be written")]
    Compose,
    /// Nothing was heard of the try.
    #[error("the text message was not handed over in time")]
    Timeout,
    /// It would come too late to be of use.
    #[error("the code in the text message has expired")]
    Expired,
    /// The provider is being shut down.
    #[error("the provider is shut down")]
    Closed,
}

impl SmsFailure {
    /// Without the address, which may hold credentials.
    pub(super) fn connection(error: reqwest_tls::Error) -> SmsError {
        SmsError::Temporary(Self::Connection(error.without_url()))
    }
}
