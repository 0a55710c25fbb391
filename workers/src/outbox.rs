//! The outbox: hands due mails to the mail server and due text messages to their provider, and records what became of
//! them. What is said here of mails holds for both.
//!
//! The notification's own stream decides whether a mail is due, so a view that lags sends nothing twice; and whoever
//! sends says so there first, so that no two nodes send the same mail, even if one of them sleeps in between. A crash
//! between the server's yes and the record repeats the mail once, with the same Message-ID.

use crate::mail::{
    MailTransport, OutgoingMail, RenderContext, SendError, SendFailure, Sender, Stage, render,
};
use crate::notifier::Failure;
use crate::sms::{OutgoingSms, SmsError, SmsFailure, SmsProvider, recovery_words, words};
use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::notice::Notice;
use watchbook_domain::notification::{LinkPurpose, Message, Notification, NotificationEvent, Recipient};
use watchbook_domain::recovery_case::RecoveryCase;
use watchbook_domain::{Account, CommandId, Email, NotificationId, PhoneNumber, RecoveryCaseId, Timestamp};
use watchbook_eventlog::codes::sms_code;
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{Clock, Executed, Keyring, Metadata, Repository, StreamId, fresh};
use watchbook_projections::Views;
use watchbook_words::Language;

/// Mails looked at in one round.
const ROUND: u32 = 100;
/// Mails on their way to the server at once.
const PARALLEL: usize = 8;
/// How long a mail stays in the hand of a node of which nothing is heard: longer than a node that is paused for a minute.
const IN_HAND: TimeDelta = TimeDelta::minutes(5);
/// How long handing it to the mail server may take: well within.
const SEND_LIMIT: TimeDelta = TimeDelta::seconds(150);
/// Between looks for due mails.
const PAUSE: Duration = Duration::from_millis(250);

/// The parts of the outbox.
#[derive(Clone)]
pub struct Outbox {
    /// Notifications.
    pub notifications: Repository<Notification>,
    /// Accounts: what language to write in.
    pub accounts: Repository<Account>,
    /// Recovery cases: the same.
    pub cases: Repository<RecoveryCase>,
    /// Which are due.
    pub views: Views,
    /// Signs links.
    pub keyring: Arc<Keyring>,
    /// Whom mails come from.
    pub sender: Sender,
    /// To the mail server.
    pub transport: Arc<dyn MailTransport>,
    /// To whoever takes text messages.
    pub sms: Arc<dyn SmsProvider>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the site is called in mails.
    pub site_name: String,
    /// Where links lead.
    pub public_url: String,
}

impl Outbox {
    /// Runs until `stop`, by lease; a mail in hand is finished first.
    pub async fn run(self, stop: CancellationToken) {
        self.views.under_lease("outbox", &stop, |stop, fence| self.work(stop, fence.is_alone())).await;
    }

    async fn work(&self, stop: CancellationToken, alone: bool) {
        while !stop.is_cancelled() {
            if let Err(error) = self.round(alone).await {
                tracing::warn!(error = %error, "the outbox tries again");
            }
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    async fn round(&self, alone: bool) -> Result<(), Failure> {
        let mut due = self.views.due_notifications(self.clock.now(), ROUND).await?;
        if alone {
            // Nothing is in hand here between rounds, so whoever had these died.
            due.extend(self.views.notifications_in_hand(ROUND).await?);
        }
        let mut sending = stream::iter(due).map(|id| self.send(id, alone)).buffer_unordered(PARALLEL);
        while let Some(sent) = sending.next().await {
            sent?;
        }
        Ok(())
    }

    async fn send(&self, id: NotificationId, alone: bool) -> Result<(), Failure> {
        let stream = self.notifications.stream(id);
        let state = self.notifications.load(&stream).await?.state;
        let Some(message) = &state.message else { return Ok(()) };
        let now = self.clock.now();
        let until = now + IN_HAND;
        if state.start(now, until, alone).is_empty() {
            return Ok(());
        }
        // At the exact version: one of all nodes that try.
        let start = |state: &Notification| state.start(now, until, alone);
        let started = self.record(&stream, message, CommandId(fresh::uuid()), now, start).await?;
        let attempt = started.state.attempts;
        if started.events.is_empty() || self.clock.now() + SEND_LIMIT > until {
            // Another was faster, or this node slept meanwhile.
            return Ok(());
        }
        let language = self.language(message).await?;
        let outcome = self.hand_over(id, message, language, state.requested_at).await;
        let now = self.clock.now();
        let result = match &outcome {
            Ok(()) => "sent",
            Err(NotTaken::Now(_)) => "failed",
            Err(NotTaken::Ever(_)) => "given_up",
        };
        let channel = message.recipient.channel();
        if let Err(error) = &outcome {
            tracing::warn!(notification = %id, channel, result, %error, "a message was not taken");
        }
        let labels = [("outcome", result), ("notice", message.notice.kind()), ("channel", channel)];
        metrics::counter!("watchbook_mails_total", &labels).increment(1);
        let end = |state: &Notification| match &outcome {
            Ok(()) => state.sent(attempt),
            Err(NotTaken::Now(_)) => state.failed(attempt, state.retry_at(now)),
            Err(NotTaken::Ever(_)) => state.failed(attempt, None),
        };
        // Named by the try, so that recording it twice is recording it once.
        let command_id = CommandId(Uuid::new_v5(&id.0, format!("try-{attempt}").as_bytes()));
        self.record(&stream, message, command_id, now, end).await?;
        Ok(())
    }

    /// Of the account, or of the recovery case by the same id.
    async fn language(&self, message: &Message) -> Result<Language, Failure> {
        let account = self.accounts.load(&self.accounts.stream(message.account)).await?.state;
        if account.id.is_none() && matches!(message.notice, Notice::Recovery(_)) {
            let case = self.cases.stream(RecoveryCaseId(message.account.0));
            return Ok(Language::for_person(self.cases.load(&case).await?.state.locale.as_ref()));
        }
        Ok(Language::for_person(account.locale.as_ref()))
    }

    /// One try, on the channel that the recipient says.
    async fn hand_over(
        &self,
        id: NotificationId,
        message: &Message,
        language: Language,
        requested_at: Timestamp,
    ) -> Result<(), NotTaken> {
        let limit = SEND_LIMIT.to_std().unwrap_or_default();
        match &message.recipient {
            Recipient::Mail(address) => {
                let mail = self.compose(id, message, language, address, requested_at)?;
                let sent = tokio::time::timeout(limit, self.transport.send(&mail)).await;
                let late = |_| Err(SendError::Temporary(SendFailure::Timeout(Stage::Content)));
                Ok(sent.unwrap_or_else(late)?)
            }
            Recipient::Sms { phone } => {
                let sms = self.compose_sms(id, message, language, phone)?;
                let sent = tokio::time::timeout(limit, self.sms.send(&sms)).await;
                Ok(sent.unwrap_or_else(|_| Err(SmsError::Temporary(SmsFailure::Timeout)))?)
            }
        }
    }

    /// The code is made here, from its id, and nowhere kept.
    fn compose_sms(
        &self,
        notification: NotificationId,
        message: &Message,
        language: Language,
        phone: &PhoneNumber,
    ) -> Result<OutgoingSms, SmsError> {
        let at = self.clock.now();
        if let Notice::Recovery(notice) = &message.notice {
            let link = self.link_url(message);
            let text = recovery_words(language, &self.site_name, notice, link.as_deref());
            let text = text.ok_or(SmsError::Permanent(SmsFailure::Compose))?.into();
            return Ok(OutgoingSms { notification, to: phone.clone(), text, at });
        }
        let Notice::SmsCode { code, good_for, expires_at } = &message.notice else {
            return Err(SmsError::Permanent(SmsFailure::Compose));
        };
        if at >= *expires_at {
            return Err(SmsError::Permanent(SmsFailure::Expired));
        }
        let digits = sms_code(&self.keyring, message.account, *code, phone);
        let text = words(language, &self.site_name, &self.public_url, *good_for, &digits).into();
        Ok(OutgoingSms { notification, to: phone.clone(), text, at })
    }

    async fn record(
        &self,
        stream: &StreamId,
        message: &Message,
        command_id: CommandId,
        recorded_at: Timestamp,
        decide: impl Fn(&Notification) -> Vec<NotificationEvent> + Send + Sync,
    ) -> Result<Executed<Notification>, Failure> {
        let correlation_id = fresh::uuid();
        let metadata = Metadata { command_id, recorded_at, actor: None, correlation_id, causation_id: None };
        let decide = |state: &Notification| Ok::<_, std::convert::Infallible>(decide(state));
        self.notifications
            .execute(stream, message.account.into(), &metadata, decide)
            .await
            .map_err(Failure::new)
    }

    /// The address of the link that a message carries, signed here and nowhere kept.
    fn link_url(&self, message: &Message) -> Option<String> {
        message.link.map(|link| {
            let path = match link.purpose {
                LinkPurpose::VerifyEmail => "/verify",
                LinkPurpose::ResetPassword => "/reset",
                LinkPurpose::Disown => "/not-me",
                LinkPurpose::SetUp => "/setup",
                LinkPurpose::ConfirmSignIn => "/confirm",
                LinkPurpose::ChangeEmail => "/confirm-email",
                LinkPurpose::UndoEmailChange => "/undo-email-change",
                LinkPurpose::RecoveryEmail => "/confirm-recovery-email",
                LinkPurpose::FactorRecoveryProof => "/prove-recovery",
                LinkPurpose::FactorRecoveryStop => "/stop-factor-recovery",
                LinkPurpose::FactorRecoveryComplete => "/complete-recovery",
                LinkPurpose::ProveContact => "/recovery-contact",
                LinkPurpose::StopRecovery => "/stop-recovery",
            };
            let signed = Link {
                purpose: link.purpose,
                account: message.account,
                id: link.id,
                expires_at: link.expires_at,
            };
            format!("{}{path}?token={}", self.public_url, signed.token(&self.keyring))
        })
    }

    fn compose(
        &self,
        id: NotificationId,
        message: &Message,
        language: Language,
        address: &Email,
        date: Timestamp,
    ) -> Result<OutgoingMail, SendError> {
        let link = self.link_url(message);
        let context = RenderContext {
            language,
            site_name: &self.site_name,
            public_url: &self.public_url,
            action_link: link.as_deref(),
            link_expires_at: message.link.map(|link| link.expires_at),
        };
        let rendered = render(&message.notice, &context)
            .map_err(|error| SendError::Permanent(SendFailure::Render(error)))?;
        Ok(OutgoingMail::compose(&self.sender, id, address, &rendered, date)?)
    }
}

/// Why a try failed, in words for the log: the chain of causes, without addresses.
#[derive(Debug, thiserror::Error)]
enum NotTaken {
    /// A later try can succeed.
    #[error("{0}")]
    Now(Failure),
    /// None can.
    #[error("{0}")]
    Ever(Failure),
}

impl From<SendError> for NotTaken {
    fn from(error: SendError) -> Self {
        let permanent = error.is_permanent();
        let failure = Failure::new(error);
        if permanent { Self::Ever(failure) } else { Self::Now(failure) }
    }
}

impl From<SmsError> for NotTaken {
    fn from(error: SmsError) -> Self {
        let permanent = matches!(error, SmsError::Permanent(_));
        let failure = Failure::new(error);
        if permanent { Self::Ever(failure) } else { Self::Now(failure) }
    }
}
