//! The view `notifications`: where every message stands, and which are due.

use crate::page::Happened;
use crate::table::{Table, table};
use crate::{Views, ViewsError};
use uuid::Uuid;
use watchbook_domain::notification::NotificationEvent;
use watchbook_domain::{NotificationId, Timestamp};

table!(StoredNotification, "notifications", indexes ["due_at", "account_id"], {
    notification_id: String = "TEXT PRIMARY KEY",
    account_id: String = "TEXT NOT NULL",
    kind: String = "TEXT NOT NULL",
    status: String = "TEXT NOT NULL",
    attempts: u32 = "INTEGER NOT NULL",
    due_at: Option<i64> = "INTEGER",
    requested_at: i64 = "INTEGER NOT NULL",
    sent_at: Option<i64> = "INTEGER",
});

impl StoredNotification {
    /// Applies one event of this notification.
    pub(crate) fn apply(&mut self, event: &NotificationEvent, happened: &Happened) {
        let at = happened.at.micros();
        match event {
            NotificationEvent::Requested { account, notice, .. } => {
                self.notification_id.clone_from(&happened.key);
                self.account_id = account.to_string();
                notice.kind().clone_into(&mut self.kind);
                "pending".clone_into(&mut self.status);
                self.requested_at = at;
                self.due_at = Some(at);
            }
            NotificationEvent::Sent { attempt } => {
                self.attempts = *attempt;
                "sent".clone_into(&mut self.status);
                self.due_at = None;
                self.sent_at = Some(at);
            }
            NotificationEvent::Failed { attempt, retry_at } => {
                self.attempts = *attempt;
                self.due_at = retry_at.map(Timestamp::micros);
                if retry_at.is_none() {
                    "given_up".clone_into(&mut self.status);
                }
            }
        }
    }
}

impl Views {
    /// Messages whose next try is due, the longest due first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn due_notifications(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<NotificationId>, ViewsError> {
        let due = format!("WHERE $1 = '' AND due_at <= $2 ORDER BY due_at LIMIT {limit}");
        let rows = StoredNotification::select(self.readers(), &due, "", now.micros()).await?;
        let id = |row: StoredNotification| Uuid::parse_str(&row.notification_id).ok().map(NotificationId);
        Ok(rows.into_iter().filter_map(id).collect())
    }
}
