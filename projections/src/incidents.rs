//! The view `incidents`: what operators have told the public.

use crate::cell::Cell as _;
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{self, row};
use crate::view::{Happened, View, What};
use crate::{Views, ViewsError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use watchbook_domain::incident::IncidentEvent;
use watchbook_domain::status::{Component, Condition, Waiting};
use watchbook_domain::{AccountId, IncidentId, Timestamp};
use watchbook_eventlog::Position;

row! {
    pub(crate) struct StoredIncident in "incidents" version 1
        indexes ["(opened_at)", "(opened_at) WHERE resolved_at IS NULL"];
    key {
        incident: IncidentId = "incident_id",
    }
    rest {
        opened_at: Timestamp = "opened_at",
        resolved_at: Option<Timestamp> = "resolved_at",
        /// What was said, as JSON.
        told: String = "told",
        position: Position = "position",
    }
}

/// What was said of one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In a line.
    pub title: String,
    /// Which parts are concerned.
    pub components: BTreeSet<Component>,
    /// How bad it is now, or was last.
    pub impact: Condition,
    /// Every text, the oldest first.
    pub updates: Vec<IncidentText>,
}

/// One text about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentText {
    /// When it was written, in microseconds since 1970.
    pub at: i64,
    /// How bad it was then.
    pub impact: Condition,
    /// What was known.
    pub text: String,
}

/// An incident as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// The incident.
    pub incident: IncidentId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// What was said.
    pub told: Told,
}

#[derive(Default)]
pub(crate) struct Incidents {
    rows: Rows<StoredIncident>,
}

impl View for Incidents {
    type Row = StoredIncident;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Incident(id, IncidentEvent::Opened { .. }) => self.rows.will_make((*id,)),
            What::Incident(id, _) => self.rows.want((*id,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Incident(id, event) = &happened.what else { return };
        let at = happened.at;
        let said =
            |impact: Condition, text: &str| IncidentText { at: at.micros(), impact, text: text.into() };
        if let IncidentEvent::Opened { title, components, impact, text } = event {
            let (title, components) = (title.clone(), components.clone());
            let told = Told { title, components, impact: *impact, updates: vec![said(*impact, text)] };
            return self.rows.insert(StoredIncident {
                incident: *id,
                opened_at: at,
                resolved_at: None,
                told: serde_json::to_string(&told).unwrap_or_default(),
                position: happened.position,
            });
        }
        let Some(row) = self.rows.get_mut((*id,)) else { return };
        row.position = happened.position;
        let Ok(mut told) = serde_json::from_str::<Told>(&row.told) else { return };
        match event {
            IncidentEvent::Opened { .. } => {}
            IncidentEvent::Updated { impact, text } => {
                told.impact = *impact;
                told.updates.push(said(*impact, text));
            }
            IncidentEvent::Resolved { text } => {
                row.resolved_at = Some(at);
                told.updates.push(said(Condition::Operational, text));
            }
        }
        row.told = serde_json::to_string(&told).unwrap_or_default();
    }

    /// Of no person.
    fn erase(&mut self, _: AccountId) {}

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

const OPEN: &str = "WHERE resolved_at IS NULL ORDER BY opened_at DESC, incident_id LIMIT $1";
const SINCE: &str = "WHERE opened_at >= $1 ORDER BY opened_at DESC, incident_id LIMIT $2";
const LAST_SENT: &str = "SELECT max(sent_at) FROM notifications WHERE channel = $1 AND sent_at IS NOT NULL";
const WAITING: &str = "SELECT min(requested_at) FROM notifications
    WHERE due_at IS NOT NULL AND channel = $1 AND (attempts = 0 OR requested_at > $2)";
const PARKED: &str = "SELECT count(*) FROM notifications
    WHERE status = 'given_up' AND channel = $1 AND requested_at > $2 AND requested_at > $3";
const CASE_WAITS: &str =
    "SELECT min(changed_at) FROM recovery_cases WHERE stage = 'review' AND awaits_support = 1";

impl Views {
    /// Incidents that are open, and those opened at `since` or after, the newest first; of each kind at most `limit`.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn incidents(&self, since: Timestamp, limit: u32) -> Result<Vec<IncidentRow>, ViewsError> {
        let mut rows: Vec<StoredIncident> =
            table::query(self.database(), SINCE, &[since.value(), limit.value()]).await?;
        let open: Vec<StoredIncident> = table::query(self.database(), OPEN, &[limit.value()]).await?;
        for row in open {
            if rows.iter().all(|known| known.incident != row.incident) {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| (std::cmp::Reverse(row.opened_at), row.incident));
        let read = |row: StoredIncident| {
            let told = serde_json::from_str(&row.told).map_err(|error| sqlx::Error::Decode(error.into()))?;
            let StoredIncident { incident, opened_at, resolved_at, .. } = row;
            Ok(IncidentRow { incident, opened_at, resolved_at, told })
        };
        rows.into_iter().map(read).collect()
    }

    /// What of a channel (`mail` or `sms`) has not gone out; given up counts from `parked_since` on.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn waiting_on(&self, channel: &str, parked_since: Timestamp) -> Result<Waiting, ViewsError> {
        let channel = channel.to_owned();
        let last_sent = self.moment(LAST_SENT, &[channel.value()]).await?.unwrap_or_default();
        let since = self.moment(WAITING, &[channel.value(), last_sent.value()]).await?;
        let values = [channel.value(), last_sent.value(), parked_since.value()];
        let parked = self.database().fetch(PARKED, &values).await?;
        let parked = parked.first().map(|count| u32::read(count, 0)).transpose()?.unwrap_or_default();
        Ok(Waiting { since, parked })
    }

    /// Since when the oldest recovery case waits that support has not answered.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn recovery_waits_since(&self) -> Result<Option<Timestamp>, ViewsError> {
        Ok(self.moment(CASE_WAITS, &[]).await?)
    }

    async fn moment(
        &self,
        sql: &'static str,
        values: &[crate::cell::Value<'_>],
    ) -> Result<Option<Timestamp>, sqlx::Error> {
        let found = self.database().fetch(sql, values).await?;
        Ok(found.first().map(|found| Option::<Timestamp>::read(found, 0)).transpose()?.flatten())
    }
}
