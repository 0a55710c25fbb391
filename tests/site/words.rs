//! People are written to in their language.

use crate::world::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn mails_and_pages_are_in_the_language_given_at_registration() {
    let world = World::start().await;
    let body = json!({"email": "uwe@example.com", "password": PASSWORD, "locale": "de-ch"});
    world.post("/v1/registrations", body).await.expect(202);
    let mail = world.mail("uwe@example.com", "/verify?token=").await;
    assert!(mail.text.contains("Bestätigen Sie Ihre E-Mail-Adresse"), "{}", mail.text);

    // The link says whose page it is, whatever the browser asks for.
    let token = mail.token.unwrap();
    let fields = [("accept-language", "fr")];
    let path = format!("/verify?token={token}");
    let page = world.call_with(Method::GET, &path, None, None, &fields).await.expect(200);
    assert_eq!(page.headers["content-language"], "de");
    assert!(page.text.contains("<html lang=\"de\">") && page.text.contains("Adresse bestätigen"));
    let form = "application/x-www-form-urlencoded";
    let done = world.post_raw("/verify", form, format!("token={token}")).await.expect(200);
    assert!(done.text.contains("Ihre Adresse ist bestätigt"), "{}", done.text);
    let again = world.post_raw("/verify", form, format!("token={token}")).await.expect(410);
    assert!(again.text.contains("Der Link funktioniert nicht mehr"), "{}", again.text);

    let session = world.sign_in("uwe@example.com", PASSWORD).await.expect(200).token();
    let account = world.get_as(&session, "/v1/account").await.expect(200);
    assert_eq!(account.body["locale"], "de-CH");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_of_the_browser_serves_where_none_was_given() {
    let world = World::start().await;
    let body = Some(json!({"email": "ana@example.com", "password": PASSWORD}));
    let asked = [("accept-language", "nl-NL, pt-BR;q=0.9, en;q=0.8")];
    world.call_with(Method::POST, "/v1/registrations", None, body, &asked).await.expect(202);
    let mail = world.mail("ana@example.com", "/verify?token=").await;
    assert!(mail.text.contains("Confirme o seu endereço de e-mail"), "{}", mail.text);

    let page = world.call_with(Method::GET, "/forgot", None, None, &[("accept-language", "es-MX")]).await;
    assert!(page.expect(200).text.contains("¿Ha olvidado su contraseña?"));
    let page = world.call_with(Method::GET, "/forgot", None, None, &[("accept-language", "zz")]).await;
    assert!(page.expect(200).text.contains("Forgot your password?"));
    let dead = world.call_with(Method::GET, "/reset?token=x", None, None, &asked).await.expect(200);
    assert!(dead.text.contains("Defina uma nova senha"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_changes_with_the_next_mail() {
    let world = World::start().await;
    let person = world.signed_in("eva@example.com").await;
    let put = async |locale: &str| {
        let body = Some(json!({"locale": locale}));
        world.call(Method::PUT, "/v1/account/locale", Some(&person.token), body).await
    };
    for malformed in ["", "*", "deutsch", "de_DE", "<b>"] {
        put(malformed).await.expect_problem(422, "malformed-locale");
    }
    let written = put("fr-CA").await.expect(204);
    let account = world.get_after(&written, &person.token, "/v1/account").await.expect(200);
    assert_eq!(account.body["locale"], "fr-CA");
    put("fr-CA").await.expect(204);

    // Beyond the pause between two mails that a stranger can cause.
    world.later(120);
    world.post("/v1/password/forgot", json!({"identifier": "eva@example.com"})).await.expect(202);
    let mail = world.mail("eva@example.com", "/reset?token=").await;
    assert!(mail.text.contains("Définissez un nouveau mot de passe"), "{}", mail.text);
    let token = mail.token.unwrap();
    let form = "application/x-www-form-urlencoded";
    let body = format!("token={token}&new_password=court");
    let page = world.post_raw("/reset", form, body).await.expect(422);
    assert!(page.text.contains("il doit comporter au moins 15 caractères"), "{}", page.text);

    // A language without words is kept, and written to in English.
    let written = put("nl").await.expect(204);
    let account = world.get_after(&written, &person.token, "/v1/account").await.expect(200);
    assert_eq!(account.body["locale"], "nl");
    world.later(120);
    world.post("/v1/password/forgot", json!({"identifier": "eva@example.com"})).await.expect(202);
    assert!(world.mail("eva@example.com", "Set a new password").await.token.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_passwords_say_which_rule_they_break() {
    let world = World::start().await;
    for (password, reason) in [
        ("short", "too-short"),
        ("aaaaaaaaaaaaaaaaaaaa", "repetition"),
        ("long-name-of-somebody@example.com", "own-name"),
        (&"x1".repeat(600), "too-long"),
    ] {
        let body = json!({"email": "long-name-of-somebody@example.com", "password": password});
        let answer = world.post("/v1/registrations", body).await.expect_problem(422, "password-unacceptable");
        assert_eq!(answer.body["reason"], reason);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_case_has_a_language_of_its_own() {
    let world = World::start().await;
    let case = |contact: &str, locale: Option<&str>| json!({"registered_email": "uwe@example.com", "contact_email": contact, "reason": "Lost.", "locale": locale});
    world.post("/v1/recovery-cases", case("uwe@example.org", Some("deutsch"))).await.expect(422);
    world.post("/v1/recovery-cases", case("uwe@example.org", Some("de"))).await.expect(202);
    world.mail("uwe@example.org", "Bestätigen Sie").await;
    let asked = [("accept-language", "fr-CH, en;q=0.5")];
    let body = Some(case("eve@example.org", None));
    world.call_with(Method::POST, "/v1/recovery-cases", None, body, &asked).await.expect(202);
    let mail = world.mail("eve@example.org", "/recovery-contact?token=").await;
    assert!(mail.text.contains("Confirmez"), "{}", mail.text);
}
