//! The read side. (Signatures as the API uses them; the bodies are being written.)
#![allow(clippy::all, clippy::panic, missing_docs, reason = "signatures only")]

use std::sync::Arc;
use std::time::Duration;
use watchbook_domain::*;
use watchbook_eventlog::*;

#[derive(Clone)]
pub struct Views;
#[derive(Debug, thiserror::Error)]
#[error("views")]
pub struct ViewsError;
#[derive(Debug)]
pub struct Behind;
pub struct AccountRow { pub account: AccountId, pub email: String, pub user_number: String, pub email_verified: bool, pub locked: Option<String>, pub registered_at: Timestamp, pub password_set_at: Timestamp, pub totp_enrolled_at: Option<Timestamp>, pub recovery_codes_left: u8, pub sign_ins: u64, pub last_sign_in_at: Option<Timestamp> }
pub struct SessionRow { pub session: SessionId, pub device: DeviceId, pub device_name: String, pub level: String, pub opened_at: Timestamp, pub refreshed_at: Timestamp, pub expires_at: Timestamp, pub address: String, pub place: Option<String> }
pub struct DeviceRow { pub device: DeviceId, pub name: String, pub first_seen: Timestamp, pub last_seen: Timestamp, pub place: Option<String> }
pub struct ActivityRow { pub position: Position, pub at: Timestamp, pub event_type: String, pub address: Option<String>, pub device: Option<String>, pub place: Option<String>, pub detail: Option<String> }
pub struct Stopped { pub position: Position, pub event_type: String, pub error: String }
pub struct Status { pub cursor: Position, pub head: Position, pub lag_events: u64, pub lag_seconds: f64, pub stopped: Option<Stopped> }
impl Views {
    pub async fn open(_url: &str) -> Result<Self, ViewsError> { panic!() }
    pub async fn account(&self, _id: AccountId) -> Result<Option<AccountRow>, ViewsError> { panic!() }
    pub async fn sessions(&self, _a: AccountId, _now: Timestamp) -> Result<Vec<SessionRow>, ViewsError> { panic!() }
    pub async fn devices(&self, _a: AccountId) -> Result<Vec<DeviceRow>, ViewsError> { panic!() }
    pub async fn activity(&self, _a: AccountId, _before: Option<Position>, _limit: u32) -> Result<Vec<ActivityRow>, ViewsError> { panic!() }
    pub async fn due_notifications(&self, _now: Timestamp, _limit: u32) -> Result<Vec<NotificationId>, ViewsError> { panic!() }
    pub async fn wait_for(&self, _p: Position, _at_most: Duration) -> Result<(), Behind> { panic!() }
    pub fn status(&self) -> Status { panic!() }
    pub async fn cursor(&self) -> Result<Position, ViewsError> { panic!() }
    pub async fn reactor_cursor(&self, _name: &str) -> Result<Position, ViewsError> { panic!() }
    pub async fn set_reactor_cursor(&self, _name: &str, _p: Position) -> Result<(), ViewsError> { panic!() }
}
pub async fn project(_v: Views, _l: Arc<dyn EventLog>, _s: Arc<Sealer>, _c: Arc<dyn Clock>, _stop: tokio_util::sync::CancellationToken) { panic!() }
#[derive(Debug)]
pub struct RebuildReport;
impl std::fmt::Display for RebuildReport { fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { panic!() } }
pub async fn rebuild(_v: &Views, _l: Arc<dyn EventLog>, _s: Arc<Sealer>, _p: impl Fn(u64, u64) + Send) -> Result<RebuildReport, ViewsError> { panic!() }
pub async fn digest(_v: &Views) -> Result<std::collections::BTreeMap<String, String>, ViewsError> { panic!() }
