//! The view `notifications`: where every message stands, and which are due.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::row;
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use watchbook_domain::notification::NotificationEvent;
use watchbook_domain::{AccountId, NotificationId, Timestamp};
use watchbook_eventlog::Position;

row! {
    pub(crate) struct StoredNotification in "notifications" version 4
        indexes ["(due_at) WHERE due_at IS NOT NULL", "(account_id)", "(position) WHERE status = 'sending'",
            "(channel, sent_at) WHERE sent_at IS NOT NULL", "(channel, requested_at) WHERE status = 'given_up'"];
    key {
        notification: NotificationId = "notification_id",
    }
    rest {
        account: AccountId = "account_id",
        channel: String = "channel",
        kind: String = "kind",
        status: String = "status",
        attempts: u32 = "attempts",
        due_at: Option<Timestamp> = "due_at",
        requested_at: Timestamp = "requested_at",
        sent_at: Option<Timestamp> = "sent_at",
        position: Position = "position",
    }
}

#[derive(Default)]
pub(crate) struct Notifications {
    rows: Rows<StoredNotification>,
}

impl View for Notifications {
    type Row = StoredNotification;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Notification(id, NotificationEvent::Requested { .. }) => self.rows.will_make((*id,)),
            What::Notification(id, _) => self.rows.want((*id,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Notification(id, event) = &happened.what else { return };
        let at = happened.at;
        if let NotificationEvent::Requested { account, recipient, notice, .. } = event {
            return self.rows.insert(StoredNotification {
                notification: *id,
                account: *account,
                channel: recipient.channel().to_owned(),
                kind: notice.kind().to_owned(),
                status: "pending".to_owned(),
                attempts: 0,
                due_at: Some(at),
                requested_at: at,
                sent_at: None,
                position: happened.position,
            });
        }
        let Some(row) = self.rows.get_mut((*id,)) else { return };
        row.position = happened.position;
        match event {
            NotificationEvent::Requested { .. } => {}
            NotificationEvent::Started { attempt, until } => {
                row.attempts = *attempt;
                "sending".clone_into(&mut row.status);
                row.due_at = Some(*until);
            }
            NotificationEvent::Sent { attempt } => {
                row.attempts = row.attempts.max(*attempt);
                "sent".clone_into(&mut row.status);
                row.due_at = None;
                row.sent_at = Some(at);
            }
            NotificationEvent::Failed { attempt, retry_at } => {
                row.attempts = *attempt;
                row.due_at = *retry_at;
                let status = if retry_at.is_some() { "pending" } else { "given_up" };
                status.clone_into(&mut row.status);
            }
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account);
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

const DUE: &str =
    "SELECT notification_id FROM notifications WHERE due_at <= $1 ORDER BY due_at, position LIMIT $2";

const SENDING: &str =
    "SELECT notification_id FROM notifications WHERE status = 'sending' ORDER BY position LIMIT $1";

impl Views {
    /// Messages that a node has in hand, or had when it died, the oldest first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn notifications_in_hand(&self, limit: u32) -> Result<Vec<NotificationId>, ViewsError> {
        let sending = self.database().fetch(SENDING, &[limit.value()]).await?;
        Ok(sending.iter().map(|sending| NotificationId::read(sending, 0)).collect::<Result<_, _>>()?)
    }

    /// Messages whose next try is due, the longest due first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn due_notifications(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<NotificationId>, ViewsError> {
        let due = self.database().fetch(DUE, &[now.value(), limit.value()]).await?;
        Ok(due.iter().map(|due| NotificationId::read(due, 0)).collect::<Result<_, _>>()?)
    }
}
