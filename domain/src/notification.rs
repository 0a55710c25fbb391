//! One message to one person on one channel. Stream `notification-<uuid5>`: the id derives from the event
//! that calls for it, so that reacting twice asks once.

use crate::aggregate::{Aggregate, events};
use crate::notice::Notice;
use crate::{AccountId, Email, LinkId, Timestamp};
use serde::{Deserialize, Serialize};

/// A link that a message carries. Its token is a signature made when the message is rendered; it is
/// never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLink {
    /// What it opens.
    pub purpose: LinkPurpose,
    /// The link.
    pub id: LinkId,
    /// It works until then.
    pub expires_at: Timestamp,
}

/// What a mailed link is for; a link of one purpose never works for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Proves the address.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
    /// Says "this was not me".
    Disown,
    /// Sets up the first operator.
    SetUp,
}

impl LinkPurpose {
    /// As signed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::Disown => "disown",
            Self::SetUp => "set_up",
        }
    }
}

events! {
    /// An event of a notification's stream.
    pub enum NotificationEvent {
        /// The message is due.
        "notification.requested" v 1 => Requested {
            /// Whom it concerns.
            account: AccountId,
            /// Where it goes: the address at the time of the event that called for it.
            recipient: Email,
            /// What it says.
            notice: Notice,
            /// The link it carries.
            link: Option<NoticeLink>,
        },
        /// The mail server has taken it.
        "notification.sent" v 1 => Sent {
            /// Which try it was, from 1.
            attempt: u32,
        },
        /// A try failed.
        "notification.failed" v 1 => Failed {
            /// Which try it was, from 1.
            attempt: u32,
            /// When to try again; `None` when it is given up.
            retry_at: Option<Timestamp>,
        },
    }
}

/// Where a message stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// What to send and where; `None` until requested.
    pub message: Option<Message>,
    /// Tries so far.
    pub attempts: u32,
    /// The next try; `None` when it is sent or given up.
    pub due_at: Option<Timestamp>,
    /// When it was requested.
    pub requested_at: Timestamp,
}

/// What to send and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Whom it concerns.
    pub account: AccountId,
    /// Where it goes.
    pub recipient: Email,
    /// What it says.
    pub notice: Notice,
    /// The link it carries.
    pub link: Option<NoticeLink>,
}

impl Notification {
    /// Asks for a message; nothing to do when it was asked for before.
    pub fn request(&self, message: &Message) -> Vec<NotificationEvent> {
        if self.message.is_some() {
            return vec![];
        }
        let Message { account, recipient, notice, link } = message.clone();
        vec![NotificationEvent::Requested { account, recipient, notice, link }]
    }

    /// The mail server has taken it.
    pub fn sent(&self) -> Vec<NotificationEvent> {
        self.due_at.map(|_| NotificationEvent::Sent { attempt: self.attempts + 1 }).into_iter().collect()
    }

    /// A try failed; `retry_at` as [`Self::retry_at`] says, `None` when it never can succeed.
    pub fn failed(&self, retry_at: Option<Timestamp>) -> Vec<NotificationEvent> {
        self.due_at
            .map(|_| NotificationEvent::Failed { attempt: self.attempts + 1, retry_at })
            .into_iter()
            .collect()
    }

    /// When to try again after a failure at `now`: after 1, 2, 4 … minutes, at most 2 hours apart, for
    /// five days after the request (RFC 5321, 4.5.4.1: give up after at least 4-5 days).
    pub fn retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        let minutes = 1_i64 << self.attempts.min(7);
        let at = now + chrono::TimeDelta::minutes(minutes.min(120));
        (at.since(self.requested_at) <= chrono::TimeDelta::days(5)).then_some(at)
    }
}

impl Aggregate for Notification {
    type Event = NotificationEvent;
    const CATEGORY: &'static str = "notification";
    const SNAPSHOT_FORMAT: u16 = 1;

    fn evolve(&mut self, event: &NotificationEvent, at: Timestamp) {
        match event.clone() {
            NotificationEvent::Requested { account, recipient, notice, link } => {
                self.message = Some(Message { account, recipient, notice, link });
                self.requested_at = at;
                self.due_at = Some(at);
            }
            NotificationEvent::Sent { attempt } => {
                self.attempts = attempt;
                self.due_at = None;
            }
            NotificationEvent::Failed { attempt, retry_at } => {
                self.attempts = attempt;
                self.due_at = retry_at;
            }
        }
    }
}
