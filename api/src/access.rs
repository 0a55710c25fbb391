//! Who of the site's staff may do what, and what of it is a look at a person: one table, and the one extractor that
//! goes by it. What is not in the table is nobody's.

use crate::app::App;
use crate::problem::{self, Problem};
use crate::request::SignedIn;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams};
use axum::http::request::Parts;
use std::convert::Infallible;
use watchbook_domain::account::Level;
use watchbook_domain::operator::Role::{self, Administrator, Analyst, Compliance, Support};
use watchbook_domain::operator::{Look, OperatorEvent};
use watchbook_domain::{AccountId, Identifier, RecoveryCaseId};

/// An endpoint for operators.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The method.
    pub method: &'static str,
    /// The path, as routes and OpenAPI have it.
    pub path: &'static str,
    /// Who may: one of these roles is enough.
    pub roles: &'static [Role],
    /// Which look at the account or case `{id}` it is, if it is one. It is on record before the endpoint begins.
    pub look: Option<Look>,
}

const fn may(method: &'static str, path: &'static str, roles: &'static [Role]) -> Access {
    Access { method, path, roles, look: None }
}

const fn looks(method: &'static str, path: &'static str, roles: &'static [Role], look: Look) -> Access {
    Access { method, path, roles, look: Some(look) }
}

/// The table.
pub const ACCESS: &[Access] = &[
    looks("GET", "/v1/operator/accounts/{id}", &[Support, Analyst, Compliance], Look::State),
    looks("GET", "/v1/operator/accounts/{id}/history", &[Analyst, Compliance], Look::History),
    looks("GET", "/v1/operator/accounts/{id}/difference", &[Analyst, Compliance], Look::Difference),
    looks("GET", "/v1/operator/accounts/{id}/timeline", &[Analyst, Compliance], Look::Timeline),
    may("POST", "/v1/operator/accounts/{id}/lock", &[Support, Analyst]),
    may("POST", "/v1/operator/accounts/{id}/unlock", &[Support, Analyst]),
    may("POST", "/v1/operator/accounts/{id}/require-password-change", &[Support, Analyst]),
    may("POST", "/v1/operator/accounts/{id}/erasure", &[Compliance]),
    may("GET", "/v1/operator/accounts/{id}/erasure", &[Compliance]),
    may("PUT", "/v1/operator/accounts/{id}/legal-hold", &[Compliance]),
    may("DELETE", "/v1/operator/accounts/{id}/legal-hold", &[Compliance]),
    looks("POST", "/v1/operator/accounts/{id}/archive", &[Compliance], Look::SubjectAccess),
    may("GET", "/v1/operator/tail", &[Analyst]),
    may("GET", "/v1/operator/search", &[Analyst]),
    may("GET", "/v1/operator/accounts/{id}/connections", &[Analyst]),
    may("GET", "/v1/operator/looks", &[Compliance]),
    may("POST", "/v1/operator/exports", &[Compliance]),
    may("GET", "/v1/operator/exports", &[Compliance]),
    may("GET", "/v1/operator/exports/{id}", &[Compliance]),
    may("POST", "/v1/operator/exports/{id}/cancel", &[Compliance]),
    may("GET", "/v1/operator/exports/{id}/files/{file}", &[Compliance]),
    may("POST", "/v1/operator/observed-users/erasure", &[Compliance]),
    may("GET", "/v1/operator/alerts", &[Support, Analyst, Compliance]),
    // The alert itself says whom it is about: it records the look.
    may("GET", "/v1/operator/alerts/{id}", &[Support, Analyst, Compliance]),
    may("POST", "/v1/operator/alerts/{id}/assign", &[Analyst]),
    may("POST", "/v1/operator/alerts/{id}/acknowledge", &[Analyst]),
    may("POST", "/v1/operator/alerts/{id}/notes", &[Analyst]),
    may("POST", "/v1/operator/alerts/{id}/resolve", &[Analyst]),
    may("POST", "/v1/operator/alerts/resolve", &[Analyst]),
    may("GET", "/v1/operator/alert-statistics", &[Analyst, Compliance]),
    may("GET", "/v1/operator/recovery-cases", &[Support, Compliance]),
    looks("GET", "/v1/operator/recovery-cases/{id}", &[Support, Compliance], Look::RecoveryCase),
    looks(
        "GET",
        "/v1/operator/recovery-cases/{id}/documents/{document}",
        &[Support, Compliance],
        Look::RecoveryDocument,
    ),
    may("POST", "/v1/operator/recovery-cases/{id}/checks", &[Support]),
    may("POST", "/v1/operator/recovery-cases/{id}/messages", &[Support]),
    may("POST", "/v1/operator/recovery-cases/{id}/approve", &[Support]),
    may("POST", "/v1/operator/recovery-cases/{id}/reject", &[Support]),
    may("POST", "/v1/operator/recovery-cases/{id}/stop", &[Support, Analyst]),
    may("POST", "/v1/operator/incidents", &[Support, Administrator]),
    may("POST", "/v1/operator/incidents/{id}/updates", &[Support, Administrator]),
    may("POST", "/v1/operator/incidents/{id}/resolve", &[Support, Administrator]),
    may("POST", "/v1/operator/service-keys", &[Administrator]),
    may("DELETE", "/v1/operator/service-keys/{id}", &[Administrator]),
    may("GET", "/v1/log/checkpoint", &[Analyst, Compliance, Administrator]),
    may("GET", "/v1/log/proofs/inclusion", &[Analyst, Compliance, Administrator]),
    may("GET", "/v1/log/proofs/consistency", &[Analyst, Compliance, Administrator]),
];

/// An operator with two proved factors and a role that the table asks for. All of it is looked at on every request, so
/// that another role, or none, counts from the next one on.
pub struct OperatorCaller(pub SignedIn);

impl FromRequestParts<App> for OperatorCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        let path = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let access = ACCESS.iter().find(|access| access.method == parts.method && access.path == path);
        let access = access.ok_or(problem::FORBIDDEN)?;
        let caller = Self(signed_in);
        if !caller.still_has(app, access.roles).await? {
            return Err(problem::FORBIDDEN.into());
        }
        if let Some(look) = access.look {
            let params = RawPathParams::from_request_parts(parts, app).await;
            let params = params.map_err(|_| problem::NOT_FOUND)?;
            let id = params.iter().find_map(|(name, value)| (name == "id").then(|| value.to_owned()));
            caller.looks_at_id(app, look, &id.unwrap_or_default()).await?;
        }
        Ok(caller)
    }
}

impl OperatorCaller {
    /// Whether they have one of these roles now, and proved two factors.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub async fn still_has(&self, app: &App, roles: &[Role]) -> Result<bool, Problem> {
        let stream = app.operators.stream(self.0.account_id);
        let operator = app.operators.load(&stream).await?.state;
        Ok(operator.has_one_of(roles) && self.0.session.level >= Level::Aal2)
    }

    /// Puts on record that they are about to be shown something. Who calls this answers only when it has succeeded.
    ///
    /// # Errors
    /// When it could not be recorded.
    pub async fn looks_at(
        &self,
        app: &App,
        what: Look,
        accounts: Vec<AccountId>,
        case: Option<RecoveryCaseId>,
    ) -> Result<(), Problem> {
        let operator = self.0.account_id;
        let viewed = OperatorEvent::HistoryViewed { what, accounts, case };
        let decide = |_: &_| Ok::<_, Infallible>(vec![viewed.clone()]);
        let stream = app.operators.stream(operator);
        let recorded = app.operators.execute(&stream, operator.into(), &self.0.metadata(app), decide).await;
        match recorded {
            Ok(_) => Ok(()),
            Err(watchbook_eventlog::ExecuteError::Rejected(never)) => match never {},
            Err(watchbook_eventlog::ExecuteError::Contended) => {
                Err(Problem::from(problem::UNAVAILABLE).retry_after(1))
            }
            Err(watchbook_eventlog::ExecuteError::Repository(error)) => Err(error.into()),
        }
    }

    /// A look at what is not there is none.
    async fn looks_at_id(&self, app: &App, look: Look, id: &str) -> Result<(), Problem> {
        if !matches!(look, Look::RecoveryCase | Look::RecoveryDocument) {
            let account: AccountId = id.parse().map_err(|_| problem::NOT_FOUND)?;
            let known = app.account(account).await?;
            if known.id.is_none() && !known.erased {
                return Err(problem::NOT_FOUND.into());
            }
            return self.looks_at(app, look, vec![account], None).await;
        }
        let id: RecoveryCaseId = id.parse().map_err(|_| problem::NOT_FOUND)?;
        let case = app.recovery_cases.load(&app.recovery_cases.stream(id)).await?.state;
        case.seen_by_support()?;
        let account = match case.registered.clone() {
            Some(email) => app.holder(&Identifier::Email(email)).await?,
            None => None,
        };
        self.looks_at(app, look, account.into_iter().collect(), Some(id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every endpoint for operators has its row, and no row is of an endpoint that is not there.
    #[test]
    fn row_06_every_endpoint_for_operators_has_stated_roles() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let mut served = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            if path.starts_with("/v1/operator/") || path.starts_with("/v1/log/") {
                let methods = methods.as_object().unwrap().keys().filter(|key| *key != "parameters");
                served.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
            }
        }
        let stated: Vec<_> =
            ACCESS.iter().map(|access| (access.method.to_owned(), access.path.to_owned())).collect();
        assert_eq!(stated.iter().cloned().collect::<BTreeSet<_>>(), served);
        assert_eq!(stated.len(), served.len(), "an endpoint has two rows");
        assert!(ACCESS.iter().all(|access| !access.roles.is_empty()));
    }
}
