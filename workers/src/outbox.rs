//! The outbox: hands due mails to the mail server, and records what became of them.
//!
//! The notification's own stream decides whether a mail is due, so a view that lags sends nothing twice. A
//! crash between the server's yes and the record repeats the mail once, with the same Message-ID.

use crate::mail::{MailTransport, OutgoingMail, RenderContext, SendError, SendFailure, Sender, render};
use crate::notifier::Failure;
use futures_util::stream::{self, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::notification::{LinkPurpose, Message, Notification, NotificationEvent};
use watchbook_domain::{CommandId, NotificationId, Timestamp};
use watchbook_eventlog::links::Link;
use watchbook_eventlog::{Clock, Keyring, Metadata, Repository, fresh};
use watchbook_projections::Views;

/// Mails looked at in one round.
const ROUND: u32 = 100;
/// Mails on their way to the server at once.
const PARALLEL: usize = 8;
/// Between looks for due mails.
const PAUSE: Duration = Duration::from_millis(250);

/// The parts of the outbox.
#[derive(Clone)]
pub struct Outbox {
    /// Notifications.
    pub notifications: Repository<Notification>,
    /// Which are due.
    pub views: Views,
    /// Signs links.
    pub keyring: Arc<Keyring>,
    /// Whom mails come from.
    pub sender: Sender,
    /// To the mail server.
    pub transport: Arc<dyn MailTransport>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the site is called in mails.
    pub site_name: String,
    /// Where links lead.
    pub public_url: String,
}

impl Outbox {
    /// Runs until `stop`; a mail in hand is finished first.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(error) = self.round().await {
                tracing::warn!(error = %error, "the outbox tries again");
            }
            stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
        }
    }

    async fn round(&self) -> Result<(), Failure> {
        let due = self.views.due_notifications(self.clock.now(), ROUND).await?;
        let mut sending = stream::iter(due).map(|id| self.send(id)).buffer_unordered(PARALLEL);
        while let Some(sent) = sending.next().await {
            sent?;
        }
        Ok(())
    }

    async fn send(&self, id: NotificationId) -> Result<(), Failure> {
        let stream = self.notifications.stream(id);
        let state = self.notifications.load(&stream).await?.state;
        let now = self.clock.now();
        let (Some(message), Some(due_at)) = (&state.message, state.due_at) else { return Ok(()) };
        if due_at > now {
            return Ok(());
        }
        let outcome = match self.compose(id, message, state.requested_at) {
            Ok(mail) => self.transport.send(&mail).await,
            Err(error) => Err(error),
        };
        let now = self.clock.now();
        let (record, result): (Record, _) = match &outcome {
            Ok(()) => (|state, _| state.sent(), "sent"),
            Err(SendError::Temporary(_)) => (|state, now| state.failed(state.retry_at(now)), "failed"),
            Err(SendError::Permanent(_)) => (|state, _| state.failed(None), "given_up"),
        };
        if let Err(error) = &outcome {
            tracing::warn!(notification = %id, result, error = %Failure::new(error), "a mail was not taken");
        }
        metrics::counter!("watchbook_mails_total", "outcome" => result, "notice" => message.notice.kind())
            .increment(1);
        // Named by the try, so that recording it twice is recording it once.
        let command_id = CommandId(Uuid::new_v5(&id.0, format!("try-{}", state.attempts + 1).as_bytes()));
        let metadata = Metadata {
            command_id,
            recorded_at: now,
            actor: None,
            correlation_id: fresh::uuid(),
            causation_id: None,
        };
        let record = |state: &Notification| Ok::<_, std::convert::Infallible>(record(state, now));
        self.notifications
            .execute(&stream, message.account.into(), &metadata, record)
            .await
            .map_err(Failure::new)?;
        Ok(())
    }

    fn compose(
        &self,
        id: NotificationId,
        message: &Message,
        date: Timestamp,
    ) -> Result<OutgoingMail, SendError> {
        let link = message.link.map(|link| {
            let path = match link.purpose {
                LinkPurpose::VerifyEmail => "/verify",
                LinkPurpose::ResetPassword => "/reset",
                LinkPurpose::Disown => "/not-me",
                LinkPurpose::SetUp => "/setup",
            };
            let signed = Link {
                purpose: link.purpose,
                account: message.account,
                id: link.id,
                expires_at: link.expires_at,
            };
            format!("{}{path}?token={}", self.public_url, signed.token(&self.keyring))
        });
        let context = RenderContext {
            site_name: &self.site_name,
            public_url: &self.public_url,
            action_link: link.as_deref(),
            link_expires_at: message.link.map(|link| link.expires_at),
        };
        let rendered = render(&message.notice, &context)
            .map_err(|error| SendError::Permanent(SendFailure::Render(error)))?;
        Ok(OutgoingMail::compose(&self.sender, id, &message.recipient, &rendered, date)?)
    }
}

/// What a try leaves behind.
type Record = fn(&Notification, Timestamp) -> Vec<NotificationEvent>;
