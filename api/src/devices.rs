//! `/v1/devices`: the devices that the account knows.

use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Body, CaughtUp, Id, SignedIn, Written};
use crate::sign_in::no_content;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{RemoveDevice, RenameDevice};
use watchbook_domain::{DeviceId, Timestamp};

/// The devices of the account.
#[derive(Serialize, ToSchema)]
pub struct DevicesAnswer {
    /// Last seen first.
    devices: Vec<DeviceItem>,
}

/// A device.
#[derive(Serialize, ToSchema)]
pub struct DeviceItem {
    /// The device.
    device_id: Uuid,
    /// What it is called.
    name: String,
    /// Whether the request comes from a session on it.
    current: bool,
    /// Its first sign-in.
    #[schema(value_type = String, format = DateTime)]
    first_seen: Timestamp,
    /// Its latest sign-in.
    #[schema(value_type = String, format = DateTime)]
    last_seen: Timestamp,
    /// Where that was, if known.
    place: Option<String>,
    /// Until when it needs no second factor; absent when it needs one.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_until: Option<Timestamp>,
}

/// A device's new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceName {
    /// 1 to 64 characters.
    #[schema(example = "My phone")]
    name: String,
}

/// Lists the known devices.
#[utoipa::path(get, path = "/v1/devices", tag = "devices", security(("session" = [])), responses((status = 200, body = DevicesAnswer)))]
pub async fn list(
    State(app): State<App>,
    _caught_up: CaughtUp,
    signed_in: SignedIn,
) -> Result<Json<DevicesAnswer>, Problem> {
    let rows = app.views.devices(signed_in.account_id).await?;
    let devices = rows.into_iter().map(|row| DeviceItem {
        device_id: row.device.0,
        name: row.name,
        current: row.device == signed_in.session.device,
        first_seen: row.first_seen,
        last_seen: row.last_seen,
        place: row.place,
        trusted_until: signed_in.account.trusted_devices.until(row.device, signed_in.caller.now),
    });
    Ok(Json(DevicesAnswer { devices: devices.collect() }))
}

/// Names a device.
#[utoipa::path(
    patch, path = "/v1/devices/{id}", tag = "devices", security(("session" = [])), params(("id" = Uuid, Path,)),
    request_body = DeviceName,
    responses((status = 204), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody, description = "`name-invalid`"))
)]
pub async fn rename(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(device): Id<DeviceId>,
    Body(request): Body<DeviceName>,
) -> Result<Written<StatusCode>, Problem> {
    let command = RenameDevice { device, name: request.name };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

/// Removes a device and ends its sessions.
#[utoipa::path(
    delete, path = "/v1/devices/{id}", tag = "devices", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 404, body = ProblemBody))
)]
pub async fn remove(
    State(app): State<App>,
    signed_in: SignedIn,
    Id(device): Id<DeviceId>,
) -> Result<Written<StatusCode>, Problem> {
    let command = RemoveDevice { device, session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}
