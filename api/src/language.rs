//! The language that a request asks for, and `PUT /v1/account/locale`.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{Body, SignedIn, Written};
use crate::sign_in::no_content;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;
use watchbook_domain::Locale;
use watchbook_domain::account::ChangeLocale;
use watchbook_words::Language;

/// Languages that are looked at in one header.
const MOST: usize = 20;

/// The locale in `Accept-Language` (RFC 9110, section 12.5.4) that is liked best among those that there are words in,
/// if there is one.
pub struct Accepted(pub Option<Locale>);

impl<S: Send + Sync> FromRequestParts<S> for Accepted {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(accepted(&parts.headers)))
    }
}

fn accepted(headers: &HeaderMap) -> Option<Locale> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let liked = text.split(',').take(MOST).filter_map(|range| {
        let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
        let locale = Locale::parse(tag.trim()).ok().filter(|locale| Language::of(locale).is_some())?;
        (weight > 0.0 && weight <= 1.0).then_some((weight, locale))
    });
    // Of two that are liked as much, the first.
    liked.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, locale)| locale)
}

/// The language to write to the person in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocaleChange {
    /// A language tag (BCP 47). One that there are no words in is kept as well; then English is written.
    #[schema(example = "pt-BR")]
    locale: String,
}

/// Chooses the language of mails, text messages and the pages that mails lead to.
#[utoipa::path(
    put, path = "/v1/account/locale", tag = "account", security(("session" = [])), request_body = LocaleChange,
    responses((status = 204), (status = 422, body = ProblemBody, description = "`malformed-locale`"))
)]
pub async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(request): Body<LocaleChange>,
) -> Result<Written<StatusCode>, Problem> {
    let locale = Locale::parse(&request.locale).map_err(|_| problem::LOCALE_MALFORMED)?;
    let command = ChangeLocale { session: signed_in.session_id, locale, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(header: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, header.parse().unwrap());
        accepted(&headers).map(|locale| locale.as_str().to_owned())
    }

    #[test]
    fn the_best_liked_language_with_words_is_taken() {
        assert_eq!(best("de-CH, fr;q=0.9, en;q=0.8"), Some("de-CH".into()));
        assert_eq!(best("en;q=0.5, es;q=0.7"), Some("es".into()));
        assert_eq!(best("nl-NL, de;q=0.8, en;q=0.8"), Some("de".into()));
        assert_eq!(best("pt;q=0, fr;q=0.1"), Some("fr".into()));
    }

    #[test]
    fn nonsense_is_no_language() {
        for header in ["*", "", ",,;q=", "nl", "de;q=2", "de;q=x", "de;q=NaN", "<b>"] {
            assert_eq!(best(header), None, "{header}");
        }
        assert_eq!(accepted(&HeaderMap::new()), None);
    }
}
