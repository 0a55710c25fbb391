//! Service keys: issued and revoked by operators, shown by the site's own back ends.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, Id, Written, bearer};
use crate::sign_in::no_content;
use crate::tokens::{Secret, parse_service_key};
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::TokenDigest;
use watchbook_domain::service_key::{Scope, ServiceKey, ServiceKeyEvent};
use watchbook_domain::{CredentialId, ServiceKeyId};
use watchbook_eventlog::{Metadata, Purpose, Repository, Sealer, SecretName, fresh};

/// A back end with a service key that works, looked up on every request.
pub struct ServiceCaller(Arc<ServiceKey>);

impl ServiceCaller {
    /// # Errors
    /// `SCOPE_MISSING`.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.0.allows(scope) { Ok(()) } else { Err(problem::SCOPE_MISSING.into()) }
    }

    /// Which key it is.
    ///
    /// # Errors
    /// `SERVICE_KEY_INVALID`; a key that works has an id.
    pub fn id(&self) -> Result<ServiceKeyId, Problem> {
        self.0.id.ok_or_else(|| problem::SERVICE_KEY_INVALID.into())
    }
}

impl FromRequestParts<App> for ServiceCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (id, digest) =
            bearer(&parts.headers).and_then(parse_service_key).ok_or(problem::SERVICE_KEY_INVALID)?;
        let key = app.service_keys.load(&app.service_keys.stream(id)).await?.state;
        let credential = key.credential.ok_or(problem::SERVICE_KEY_INVALID)?;
        let stored = app.service_key_digest(id, credential).await?.ok_or(problem::SERVICE_KEY_INVALID)?;
        if !stored.matches(&digest) {
            return Err(problem::SERVICE_KEY_INVALID.into());
        }
        Ok(Self(key))
    }
}

/// A key to be issued.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceKeyRequest {
    /// What people call it, 1 to 64 characters.
    #[schema(example = "trading back end")]
    name: String,
    /// What it may do.
    #[schema(value_type = Vec<String>, example = json!(["sessions_introspect"]))]
    scopes: Vec<Scope>,
}

/// A new key.
#[derive(Serialize, ToSchema)]
pub struct ServiceKeyAnswer {
    /// Names it, for revoking.
    pub key_id: Uuid,
    /// The key itself. Shown once.
    pub key: String,
}

/// Issues a service key.
#[utoipa::path(
    post, path = "/v1/operator/service-keys", tag = "operators", security(("session" = [])), request_body = ServiceKeyRequest,
    responses((status = 201, body = ServiceKeyAnswer), (status = 403, body = ProblemBody))
)]
pub async fn issue(
    State(app): State<App>,
    operator: OperatorCaller,
    Body(request): Body<ServiceKeyRequest>,
) -> Result<(StatusCode, Json<ServiceKeyAnswer>), Problem> {
    let metadata = operator.0.metadata(&app);
    let answer =
        issue_service_key(&app.service_keys, &app.sealer, &metadata, request.name, request.scopes).await?;
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Revokes a service key.
#[utoipa::path(
    delete, path = "/v1/operator/service-keys/{id}", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 404, body = ProblemBody))
)]
pub async fn revoke(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(id): Id<ServiceKeyId>,
) -> Result<Written<StatusCode>, Problem> {
    let stream = app.service_keys.stream(id);
    let metadata = operator.0.metadata(&app);
    let credential = app.service_keys.load(&stream).await?.state.credential.ok_or(problem::NOT_FOUND)?;
    let revoked = app.service_keys.execute(&stream, id.into(), &metadata, |key| match key.credential {
        Some(_) => Ok(vec![ServiceKeyEvent::Revoked]),
        None => Err(Problem::from(problem::NOT_FOUND)),
    });
    let done = revoked.await?;
    app.sealer.remove_secret(secret_name(id, credential)).await?;
    app.key_digests.remove(&credential);
    Ok(no_content(done.position))
}

/// Issues a service key: its digest into the vault first, then the event.
///
/// # Errors
/// `NAME_INVALID`; when log or vault are unavailable.
pub async fn issue_service_key(
    keys: &Repository<ServiceKey>,
    sealer: &Sealer,
    metadata: &Metadata,
    name: String,
    scopes: Vec<Scope>,
) -> Result<ServiceKeyAnswer, Problem> {
    if name.trim().is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        return Err(problem::NAME_INVALID.into());
    }
    let key = ServiceKeyId(fresh::uuid());
    let credential = CredentialId(fresh::uuid());
    let secret = Secret::fresh();
    sealer.put_secret(secret_name(key, credential), &secret.digest().0, metadata.recorded_at).await?;
    let issued = ServiceKeyEvent::Issued { key, name, scopes, credential };
    keys.execute(&keys.stream(key), key.into(), metadata, |_| Ok::<_, Problem>(vec![issued.clone()])).await?;
    Ok(ServiceKeyAnswer { key_id: key.0, key: secret.service_key(key) })
}

impl App {
    /// The stored digest of a key. Digests of a credential never change, so they are kept; whether the
    /// credential is still the key's own is looked up every time.
    async fn service_key_digest(
        &self,
        key: ServiceKeyId,
        credential: CredentialId,
    ) -> Result<Option<TokenDigest>, Problem> {
        if let Some(digest) = self.key_digests.get(&credential) {
            return Ok(Some(digest));
        }
        let Some(stored) = self.sealer.secret(secret_name(key, credential)).await? else { return Ok(None) };
        let Ok(digest) = <[u8; 32]>::try_from(stored.as_slice()) else { return Ok(None) };
        self.key_digests.insert(credential, TokenDigest(digest));
        Ok(Some(TokenDigest(digest)))
    }
}

fn secret_name(key: ServiceKeyId, credential: CredentialId) -> SecretName {
    SecretName { subject: key.into(), credential, purpose: Purpose::ServiceKey }
}
