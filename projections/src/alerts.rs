//! The view `alerts`: what operators triage. Of sources it holds no address; that is in the alert's own stream.

use crate::cell::{Cell as _, Value};
use crate::database::Transaction;
use crate::rows::Rows;
use crate::table::{Row as _, columns, row};
use crate::view::{Happened, View, What, name_of};
use crate::{Views, ViewsError};
use sqlx::AssertSqlSafe;
use watchbook_domain::alert::AlertEvent;
use watchbook_domain::detection::{Detector, Key, Severity};
use watchbook_domain::{AccountId, AlertId, Timestamp};
use watchbook_eventlog::Position;

row! {
    /// An alert as it stands.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct AlertRow in "alerts" version 1
        indexes ["(raised_position)", "(account_id, raised_position)", "(state, raised_position)"];
    key {
        /// The alert.
        alert: AlertId = "alert_id",
    }
    rest {
        /// The account it is about, if it is about one.
        account: Option<AccountId> = "account_id",
        /// Which detector.
        detector: String = "detector",
        /// What it is about: `account`, `source` or `agent`.
        about: String = "about",
        /// How bad, at worst: `low`, `medium` or `high`.
        severity: String = "severity",
        /// How likely: `low`, `medium` or `high`.
        confidence: String = "confidence",
        /// The technique of MITRE ATT&CK.
        technique: String = "technique",
        /// Why, in words, as last found.
        summary: String = "summary",
        /// Accounts that it names.
        accounts: u32 = "accounts",
        /// Findings so far, as far as recorded.
        count: u64 = "count",
        /// Whether it alone corroborates a takeover.
        corroborates: bool = "corroborates",
        /// When it was first found.
        raised_at: Timestamp = "raised_at",
        /// When it was last found.
        last_at: Timestamp = "last_at",
        /// `open`, `acknowledged` or `resolved`.
        state: String = "state",
        /// What it was, once resolved: `true_positive`, `false_positive` or `benign`.
        verdict: Option<String> = "verdict",
        /// Who looks into it.
        assignee: Option<AccountId> = "assignee_id",
        /// When it was resolved.
        resolved_at: Option<Timestamp> = "resolved_at",
        /// Where it is in the log.
        raised_position: Position = "raised_position",
        /// Of the last event in this row.
        position: Position = "position",
    }
}

#[derive(Default)]
pub(crate) struct Alerts {
    rows: Rows<AlertRow>,
}

fn about(key: &Key) -> (&'static str, Option<AccountId>) {
    match key {
        Key::Account(account) => ("account", Some(*account)),
        Key::Source(_) => ("source", None),
        Key::Agent { .. } => ("agent", None),
    }
}

fn severity_of(name: &str) -> Option<Severity> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

impl View for Alerts {
    type Row = AlertRow;

    fn plan(&mut self, happened: &Happened) {
        match &happened.what {
            What::Alert(alert, AlertEvent::Raised { .. }) => self.rows.will_make((*alert,)),
            What::Alert(alert, _) => self.rows.want((*alert,)),
            _ => {}
        }
    }

    async fn load(&mut self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.load(transaction, generation).await
    }

    fn apply(&mut self, happened: &Happened) {
        let What::Alert(alert, event) = &happened.what else { return };
        if let AlertEvent::Raised {
            detector,
            key,
            severity,
            technique,
            confidence,
            summary,
            accounts,
            corroboration,
            happened_at,
            ..
        } = event
        {
            let (about, account) = about(key);
            return self.rows.insert(AlertRow {
                alert: *alert,
                account,
                detector: detector.name().to_owned(),
                about: about.to_owned(),
                severity: name_of(severity).unwrap_or_default(),
                confidence: name_of(confidence).unwrap_or_default(),
                technique: technique.clone(),
                summary: summary.clone(),
                accounts: u32::try_from(accounts.len()).unwrap_or(u32::MAX),
                count: 1,
                corroborates: corroboration.is_some(),
                raised_at: *happened_at,
                last_at: *happened_at,
                state: "open".to_owned(),
                verdict: None,
                assignee: None,
                resolved_at: None,
                raised_position: happened.position,
                position: happened.position,
            });
        }
        if let Some(row) = self.rows.get_mut((*alert,)) {
            row.position = happened.position;
            row.apply(event, happened.at);
        }
    }

    fn erase(&mut self, account: AccountId) {
        self.rows.erase(account, |row| row.account.unwrap_or(AccountId(uuid::Uuid::nil())));
    }

    async fn write(&self, transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
        self.rows.write(transaction, generation).await
    }
}

impl AlertRow {
    fn apply(&mut self, event: &AlertEvent, at: Timestamp) {
        match event {
            AlertEvent::Raised { .. } | AlertEvent::Noted { .. } => {}
            AlertEvent::Repeated {
                count, severity, summary, accounts, corroboration, happened_at, ..
            } => {
                let before = severity_of(&self.severity);
                let worse = before.is_some_and(|before| *severity > before)
                    || (!self.corroborates && corroboration.is_some());
                // As the alert itself has it: worse than what was resolved is open again.
                if worse && self.state == "resolved" {
                    "open".clone_into(&mut self.state);
                    (self.verdict, self.resolved_at) = (None, None);
                }
                if before.is_none_or(|before| *severity > before) {
                    self.severity = name_of(severity).unwrap_or_default();
                }
                self.count = self.count.max(*count);
                self.accounts = self.accounts.max(u32::try_from(accounts.len()).unwrap_or(u32::MAX));
                self.corroborates |= corroboration.is_some();
                self.last_at = self.last_at.max(*happened_at);
                self.summary.clone_from(summary);
            }
            AlertEvent::Assigned { to, .. } => self.assignee = *to,
            AlertEvent::Acknowledged { .. } => "acknowledged".clone_into(&mut self.state),
            AlertEvent::Resolved { verdict, .. } => {
                "resolved".clone_into(&mut self.state);
                self.verdict = name_of(verdict);
                self.resolved_at = Some(at);
            }
        }
    }
}

/// Which alerts. What is `None` makes no difference.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// `open`, `acknowledged` or `resolved`.
    pub state: Option<String>,
    /// `low`, `medium` or `high`.
    pub severity: Option<String>,
    /// Which detector.
    pub detector: Option<Detector>,
    /// About this account.
    pub account: Option<AccountId>,
    /// Looked into by this operator.
    pub assignee: Option<AccountId>,
    /// First found at this time or later.
    pub from: Option<Timestamp>,
    /// First found before this time.
    pub to: Option<Timestamp>,
    /// Raised before this position.
    pub before: Option<Position>,
}

/// How many alerts of a detector there are, and what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatistics {
    /// Which detector.
    pub detector: String,
    /// `open`, `acknowledged` or `resolved`.
    pub state: String,
    /// What they were, if resolved.
    pub verdict: Option<String>,
    /// How many.
    pub alerts: u64,
}

const STATISTICS: &str = "SELECT detector, state, verdict, count(*) FROM alerts WHERE raised_at >= $1
    GROUP BY detector, state, verdict ORDER BY detector, state, verdict";
const ONE: &str = "WHERE alert_id = $1";

impl Views {
    /// Alerts, those raised last first.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn alerts(&self, filter: &AlertFilter, limit: u32) -> Result<Vec<AlertRow>, ViewsError> {
        let detector = filter.detector.map(|detector| detector.name().to_owned());
        let filters = [
            ("state =", filter.state.value()),
            ("severity =", filter.severity.value()),
            ("detector =", detector.value()),
            ("account_id =", filter.account.value()),
            ("assignee_id =", filter.assignee.value()),
            ("raised_at >=", filter.from.value()),
            ("raised_at <", filter.to.value()),
            ("raised_position <", filter.before.value()),
        ];
        let given = filters.into_iter().filter(|(_, value)| !matches!(value, Value::Null));
        let (conditions, mut values): (Vec<_>, Vec<_>) =
            (1..).zip(given).map(|(n, (condition, value))| (format!("{condition} ${n}"), value)).unzip();
        let which =
            if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
        values.push(limit.value());
        let sql = format!(
            "SELECT {} FROM {} {which} ORDER BY raised_position DESC LIMIT ${}",
            columns::<AlertRow>(),
            AlertRow::NAME,
            values.len()
        );
        let rows = self.database().fetch(AssertSqlSafe(sql), &values).await?;
        Ok(rows.iter().map(AlertRow::read).collect::<Result<_, _>>()?)
    }

    /// One alert; `None` when there is none, or its person was erased.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn alert(&self, alert: AlertId) -> Result<Option<AlertRow>, ViewsError> {
        Ok(crate::table::query(self.database(), ONE, &[alert.value()]).await?.pop())
    }

    /// Alerts first found at `from` or later, counted.
    ///
    /// # Errors
    /// When the views cannot be read.
    pub async fn alert_statistics(&self, from: Timestamp) -> Result<Vec<AlertStatistics>, ViewsError> {
        let rows = self.database().fetch(STATISTICS, &[from.value()]).await?;
        let read = |row: &crate::database::Record| {
            Ok(AlertStatistics {
                detector: String::read(row, 0)?,
                state: String::read(row, 1)?,
                verdict: Option::read(row, 2)?,
                alerts: u64::read(row, 3)?,
            })
        };
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }
}
