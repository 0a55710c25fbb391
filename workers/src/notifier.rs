//! The notifier: reads the log, and asks for the messages that events call for. Sends nothing itself.

use crate::contact_notices::{self, Addressed};
use crate::factor_recovery_notices;
use crate::notices::{self, TYPES};
use crate::password_notices;
use crate::reactor;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::notification::{Message, Notification, Recipient};
use watchbook_domain::{Account, CommandId, NotificationId, Policy};
use watchbook_eventlog::upcast::decode;
use watchbook_eventlog::{Clock, Core, Metadata, Opened, RecordedEvent, Repository, Subscription};
use watchbook_projections::{Fence, Views};

/// Names the notifier's cursor.
const NAME: &str = "notifier";
/// Events read at once.
const PAGE: usize = 1_000;

/// The parts of the notifier.
#[derive(Clone)]
pub struct Notifier {
    /// The log and the keys.
    pub core: Arc<Core>,
    /// Accounts: who is to be told.
    pub accounts: Repository<Account>,
    /// Notifications: what has been asked for.
    pub notifications: Repository<Notification>,
    /// Where the cursor is kept.
    pub views: Views,
    /// The rules' thresholds.
    pub policy: Policy,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Notifier {
    /// Runs until `stop`, by lease. A cursor that is lost costs reading, not mails: a notification's id derives from
    /// its event, and what was asked for once is not asked for again.
    pub async fn run(self, stop: CancellationToken) {
        reactor::run(&self.views, NAME, &stop, |fence| self.follow(fence)).await;
    }

    async fn follow(&self, fence: Fence) -> Result<std::convert::Infallible, Failure> {
        let mut subscription =
            Subscription::new(self.core.log.clone(), self.views.reactor_cursor(NAME).await?);
        loop {
            let page = subscription.next_page(PAGE).await?;
            self.react(&page).await?;
            self.views.set_reactor_cursor(NAME, subscription.cursor(), fence).await?;
        }
    }

    async fn react(&self, page: &[RecordedEvent]) -> Result<(), Failure> {
        let concerned = |recorded: &&RecordedEvent| {
            recorded.stream.category() == "account" && TYPES.contains(&recorded.event.event_type.as_str())
        };
        let events: Vec<RecordedEvent> = page.iter().filter(concerned).cloned().collect();
        let opened = self.core.sealer.open_page(&events).await?;
        for (recorded, opened) in events.iter().zip(opened) {
            if let Opened::Payload(payload) = opened {
                let event = decode::<AccountEvent>(
                    &recorded.event.event_type,
                    recorded.event.schema_version,
                    &payload,
                )?;
                self.request(recorded, &event).await?;
            }
        }
        Ok(())
    }

    async fn request(&self, recorded: &RecordedEvent, event: &AccountEvent) -> Result<(), Failure> {
        let cause = recorded.event.event_id;
        let account = self.accounts.load_at_least(&recorded.stream, recorded.version).await?.state;
        let (Some(id), Some(email)) = (account.id, account.email.clone()) else { return Ok(()) };
        let at = recorded.event.recorded_at;
        let mut messages = contact_notices::messages(event, cause, at, &account, &self.policy);
        messages.extend(factor_recovery_notices::messages(event, at, &account));
        messages.extend(password_notices::messages(event, at, &account));
        if messages.is_empty() {
            if let Some((recipient, notice)) = notices::text_message(event) {
                messages.push(Addressed { copy: None, recipient, notice, link: None });
            } else if let Some((notice, link)) = notices::notice(event, cause, at, &account, &self.policy) {
                let copy = contact_notices::copy(event, &account, &notice);
                messages.push(Addressed { copy: None, recipient: Recipient::Mail(email), notice, link });
                messages.extend(copy);
            }
        }
        for Addressed { copy, recipient, notice, link } in messages {
            let message = Message { account: id, recipient, notice, link };
            self.ask_for(recorded, copy, &message).await?;
        }
        Ok(())
    }

    /// Asks for one message. Each has a name of its own among those that its event calls for.
    async fn ask_for(
        &self,
        recorded: &RecordedEvent,
        copy: Option<&str>,
        message: &Message,
    ) -> Result<(), Failure> {
        let cause = recorded.event.event_id;
        let channel = message.recipient.channel();
        let (name, reactor) = match copy {
            None => (channel.to_owned(), NAME.to_owned()),
            Some(copy) => (format!("{channel}/{copy}"), format!("{NAME}/{copy}")),
        };
        let notification = NotificationId(Uuid::new_v5(&cause.0, name.as_bytes()));
        let metadata = Metadata {
            command_id: CommandId::reaction(cause, &reactor),
            recorded_at: self.clock.now(),
            actor: None,
            correlation_id: recorded.event.correlation_id,
            causation_id: Some(cause),
        };
        let stream = self.notifications.stream(notification);
        let request = |state: &Notification| Ok::<_, std::convert::Infallible>(state.request(message));
        self.notifications
            .execute(&stream, message.account.into(), &metadata, request)
            .await
            .map_err(Failure::new)?;
        Ok(())
    }
}

/// Why a worker has to try again. What it was about to do is still to be done.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    pub(crate) fn new(error: impl std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        Self(text)
    }

    pub(crate) fn say(text: &str) -> Self {
        Self(text.to_owned())
    }
}

macro_rules! failures {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        }
    )*};
}
failures!(
    watchbook_eventlog::LogError,
    watchbook_eventlog::SealError,
    watchbook_eventlog::VaultError,
    watchbook_eventlog::RepositoryError,
    watchbook_eventlog::upcast::DecodeError,
    watchbook_projections::ViewsError
);
