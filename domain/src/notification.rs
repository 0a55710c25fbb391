//! One message to one person on one channel. Stream `notification-<uuid5>`: the id derives from the event
//! that calls for it, so that reacting twice asks once.

use crate::aggregate::{Aggregate, events};
use crate::notice::Notice;
use crate::{AccountId, Email, LinkId, PhoneNumber, Timestamp};
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
    /// Confirms an unexpected sign-in, or disowns it.
    ConfirmSignIn,
    /// Proves a new address.
    ChangeEmail,
    /// Takes the old address back.
    UndoEmailChange,
    /// Proves a recovery address.
    RecoveryEmail,
    /// Is one of two proofs for a recovery of the second factor.
    FactorRecoveryProof,
    /// Stops it.
    FactorRecoveryStop,
    /// Completes it.
    FactorRecoveryComplete,
    /// Proves the contact address of a recovery case.
    ProveContact,
    /// Stops a recovery by support.
    StopRecovery,
}

impl LinkPurpose {
    /// As signed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::Disown => "disown",
            Self::SetUp => "set_up",
            Self::ConfirmSignIn => "confirm_sign_in",
            Self::ChangeEmail => "change_email",
            Self::UndoEmailChange => "undo_email_change",
            Self::RecoveryEmail => "recovery_email",
            Self::FactorRecoveryProof => "factor_recovery_proof",
            Self::FactorRecoveryStop => "factor_recovery_stop",
            Self::FactorRecoveryComplete => "factor_recovery_complete",
            Self::ProveContact => "prove_contact",
            Self::StopRecovery => "stop_recovery",
        }
    }
}

/// Where a message goes, and so on which channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Recipient {
    /// By text message.
    Sms {
        /// The number at the time of the event that called for it.
        phone: PhoneNumber,
    },
    /// By mail, to the address at that time.
    Mail(Email),
}

impl Recipient {
    /// The channel, as views and metrics name it.
    pub const fn channel(&self) -> &'static str {
        match self {
            Self::Sms { .. } => "sms",
            Self::Mail(_) => "mail",
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
            /// Where it goes.
            recipient: Recipient,
            /// What it says.
            notice: Notice,
            /// The link it carries.
            link: Option<NoticeLink>,
        },
        /// One node has taken it in hand; until then no other does.
        "notification.started" v 1 => Started {
            /// Which try it is, from 1.
            attempt: u32,
            /// When it is due again if nothing more is heard of this try.
            until: Timestamp,
        },
        /// The mail server or message provider has taken it.
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
    /// Tries so far, the one under way included.
    pub attempts: u32,
    /// Whether a try is under way.
    pub started: bool,
    /// The next try; `None` when it is sent or given up.
    pub due_at: Option<Timestamp>,
    /// When it was requested.
    pub requested_at: Timestamp,
}

/// What to send and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Whom it concerns, whose key seals it and whose links it carries: an account, or a recovery case by the same id.
    pub account: AccountId,
    /// Where it goes.
    pub recipient: Recipient,
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

    /// Takes it in hand for a try that ends before `until`, if it is due at `now`. Who is `alone` knows that nobody else
    /// has it in hand, whatever the stream says: a try that was under way died.
    pub fn start(&self, now: Timestamp, until: Timestamp, alone: bool) -> Vec<NotificationEvent> {
        let due = self.due_at.is_some_and(|due_at| due_at <= now || (alone && self.started));
        due.then(|| NotificationEvent::Started { attempt: self.attempts + 1, until }).into_iter().collect()
    }

    /// The mail server has taken it; it does not matter if another try has begun meanwhile.
    pub fn sent(&self, attempt: u32) -> Vec<NotificationEvent> {
        self.due_at.map(|_| NotificationEvent::Sent { attempt }).into_iter().collect()
    }

    /// The try under way failed; `retry_at` as [`Self::retry_at`] says, `None` when it never can succeed.
    pub fn failed(&self, attempt: u32, retry_at: Option<Timestamp>) -> Vec<NotificationEvent> {
        let current = self.started && self.attempts == attempt;
        current.then_some(NotificationEvent::Failed { attempt, retry_at }).into_iter().collect()
    }

    /// When to try again after a failure at `now`: after 1, 2, 4 … minutes, at most 2 hours apart, for
    /// five days after the request (RFC 5321, 4.5.4.1: give up after at least 4-5 days). Somebody waits for a code:
    /// after 5, 10, 20 … seconds, for as long as it works.
    pub fn retry_at(&self, now: Timestamp) -> Option<Timestamp> {
        if let Some(Message { notice: Notice::SmsCode { expires_at, .. }, .. }) = &self.message {
            let at = now + chrono::TimeDelta::seconds(5 << self.attempts.saturating_sub(1).min(6));
            return (at < *expires_at).then_some(at);
        }
        let minutes = 1_i64 << self.attempts.saturating_sub(1).min(7);
        let at = now + chrono::TimeDelta::minutes(minutes.min(120));
        (at.since(self.requested_at) <= chrono::TimeDelta::days(5)).then_some(at)
    }
}

impl Aggregate for Notification {
    type Event = NotificationEvent;
    const CATEGORY: &'static str = "notification";
    const SNAPSHOT_FORMAT: u16 = 3;

    fn evolve(&mut self, event: &NotificationEvent, at: Timestamp) {
        match event.clone() {
            NotificationEvent::Requested { account, recipient, notice, link } => {
                self.message = Some(Message { account, recipient, notice, link });
                self.requested_at = at;
                self.due_at = Some(at);
            }
            NotificationEvent::Started { attempt, until } => {
                self.attempts = attempt;
                self.started = true;
                self.due_at = Some(until);
            }
            NotificationEvent::Sent { attempt } => {
                self.attempts = self.attempts.max(attempt);
                self.started = false;
                self.due_at = None;
            }
            NotificationEvent::Failed { attempt, retry_at } => {
                self.attempts = attempt;
                self.started = false;
                self.due_at = retry_at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NotificationEvent as E;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// Requested at second 0, and what followed.
    fn given(events: impl IntoIterator<Item = E>) -> Notification {
        let mut notification = Notification { due_at: Some(at(0)), ..Notification::default() };
        events.into_iter().for_each(|event| notification.evolve(&event, at(0)));
        notification
    }

    #[test]
    fn one_node_at_a_time_has_it_in_hand() {
        let started = E::Started { attempt: 1, until: at(300) };
        assert_eq!(given([]).start(at(0), at(300), false), std::slice::from_ref(&started));
        let in_hand = given([started.clone()]);
        assert_eq!(in_hand.start(at(299), at(900), false), []);
        let again = E::Started { attempt: 2, until: at(900) };
        assert_eq!(in_hand.start(at(300), at(900), false), std::slice::from_ref(&again), "it died");
        assert_eq!(
            in_hand.start(at(1), at(900), true),
            std::slice::from_ref(&again),
            "nobody else can have it"
        );
        assert_eq!(
            given([started.clone(), again.clone()]).sent(1),
            [E::Sent { attempt: 1 }],
            "late, but true"
        );
        assert_eq!(given([started.clone(), again]).failed(1, None), [], "the other try counts");
        assert_eq!(given([started.clone(), E::Sent { attempt: 1 }]).start(at(999), at(1_000), true), []);
        let failed = E::Failed { attempt: 1, retry_at: Some(at(60)) };
        assert_eq!(given([started.clone(), failed.clone()]).start(at(59), at(900), true), []);
        assert_eq!(given([started, failed]).start(at(60), at(900), false).len(), 1);
    }

    #[test]
    fn tries_grow_apart_and_end_after_five_days() {
        let after = |attempts| Notification { attempts, ..Notification::default() }.retry_at(at(0));
        let minutes: Vec<_> = (1..=9).map(|n| after(n).unwrap().micros() / 60_000_000).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        assert_eq!(Notification::default().retry_at(at(5 * 86_400)), None);
    }

    #[test]
    fn a_code_is_tried_again_at_once_and_not_when_it_is_of_no_use_any_more() {
        let message = Message {
            account: AccountId(uuid::Uuid::nil()),
            recipient: Recipient::Sms { phone: PhoneNumber::parse("+351912345678").unwrap() },
            notice: Notice::SmsCode {
                code: crate::SmsCodeId(uuid::Uuid::nil()),
                good_for: crate::account::CodeUse::SignIn { attempt: crate::AttemptId(uuid::Uuid::nil()) },
                expires_at: at(600),
            },
            link: None,
        };
        let after = |attempts, now| {
            Notification { attempts, message: Some(message.clone()), ..Notification::default() }
                .retry_at(at(now))
        };
        assert_eq!(after(1, 0), Some(at(5)));
        assert_eq!(after(3, 100), Some(at(120)));
        assert_eq!(after(7, 280), None);
    }

    #[test]
    fn the_channel_follows_from_where_it_goes() {
        let of = |json| serde_json::from_str::<Recipient>(json).unwrap().channel();
        assert_eq!(of(r#""+1@example.com""#), "mail");
        assert_eq!(of(r#"{"phone":"+351912345678"}"#), "sms");
    }
}
