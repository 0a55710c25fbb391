//! What people do, from the first mail to the last session.

use crate::world::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const ANN: &str = "ann@example.com";
const OTHER_PASSWORD: &str = "another horse, another staple";

#[tokio::test(flavor = "multi_thread")]
async fn registering_verifying_and_signing_in() {
    let world = World::start().await;
    world.registered(ANN).await;
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");

    let mail = world.mail(ANN, "/verify?token=").await;
    let page = world.get(&format!("/verify?token={}", mail.token.clone().unwrap())).await.expect(200);
    assert!(page.text.contains("<form method=\"post\" action=\"/verify\">"));
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    let form = format!("token={}", mail.token.unwrap());
    world.post_raw("/verify", "application/x-www-form-urlencoded", form).await.expect(200);

    let signed_in = world.sign_in("  ANN@Example.COM ", PASSWORD).await.expect(200);
    assert_eq!(signed_in.body["session"]["level"], "aal1");
    assert_eq!(signed_in.body["session"]["device"]["new"], true);
    let account = world.get_after(&signed_in, &signed_in.token(), "/v1/account").await.expect(200);
    assert_eq!(account.body["email"], ANN);
    assert_eq!(account.body["sign_ins"], 1);
    let number = account.body["user_number"].as_str().unwrap();
    world.sign_in(number, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authenticator_app_and_its_recovery_codes() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    let seed = ann.seed.clone().unwrap();
    world.mail(ANN, "authenticator").await;

    let codes = world.call(Method::POST, "/v1/recovery-codes", Some(&ann.token), None).await.expect(200);
    let recovery = codes.body["codes"][3].as_str().unwrap().to_owned();

    let first = world.sign_in(ANN, PASSWORD).await.expect(200);
    assert_eq!(first.body["status"], "second_factor_required");
    assert_eq!(first.body["factors"], json!(["totp", "recovery_code"]));
    let attempt = &first.body["attempt"];
    let code = world.code(&seed);
    let done =
        world.post("/v1/sign-in/second-factor", json!({"attempt": attempt, "code": code})).await.expect(200);
    assert_eq!(done.body["session"]["level"], "aal2");

    let first = world.sign_in(ANN, PASSWORD).await.expect(200);
    let typed = recovery.to_uppercase().replace('-', " ");
    let body = json!({"attempt": first.body["attempt"], "recovery_code": typed});
    let done = world.post("/v1/sign-in/second-factor", body).await.expect(200);
    let account = world.get_after(&done, &done.token(), "/v1/account").await;
    assert_eq!(account.body["recovery_codes_left"], 9);
    world.mail(ANN, "9").await;

    // Password and code at once, then the app is removed after a fresh proof.
    world.later(1_000);
    let code = world.code(&seed);
    let body = json!({"identifier": ANN, "password": PASSWORD, "code": code});
    let session = world.post("/v1/sign-in", body).await.expect(200).token();
    world.later(700);
    let removal = world.call(Method::DELETE, "/v1/totp", Some(&session), None).await;
    removal.expect_problem(403, "reauthentication-required");
    let without = world.post_as(&session, "/v1/session/reauthenticate", json!({"password": PASSWORD})).await;
    without.expect_problem(403, "code-required");
    let body = json!({"password": PASSWORD, "code": world.code(&seed)});
    let session = world.post_as(&session, "/v1/session/reauthenticate", body).await.expect(200).token();
    world.call(Method::DELETE, "/v1/totp", Some(&session), None).await.expect(204);
    assert_eq!(world.sign_in(ANN, PASSWORD).await.expect(200).body["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_devices_are_listed_and_ended() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let second = world.sign_in(ANN, PASSWORD).await.expect(200);
    let list = world.get_after(&second, &ann.token, "/v1/sessions").await.expect(200);
    let sessions = list.body["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
    assert_eq!(sessions[0]["address"], "127.0.0.1");

    let path = format!("/v1/devices/{}", ann.device);
    let named =
        world.call(Method::PATCH, &path, Some(&ann.token), Some(json!({"name": "Desk"}))).await.expect(204);
    let devices = world.get_after(&named, &ann.token, "/v1/devices").await;
    let names: Vec<_> =
        devices.body["devices"].as_array().unwrap().iter().map(|d| d["name"].clone()).collect();
    assert!(names.contains(&json!("Desk")), "{names:?}");

    let refreshed = world.call(Method::POST, "/v1/session/refresh", Some(&ann.token), None).await.expect(200);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    let token = refreshed.token();
    world.call(Method::POST, "/v1/sessions/end-others", Some(&token), None).await.expect(204);
    world.get_as(&second.token(), "/v1/account").await.expect_problem(401, "session-over");

    let third = world.sign_in(ANN, PASSWORD).await.expect(200);
    let id = third.body["session"]["session_id"].as_str().unwrap();
    world.call(Method::DELETE, &format!("/v1/sessions/{id}"), Some(&token), None).await.expect(204);
    world.get_as(&third.token(), "/v1/account").await.expect_problem(401, "session-over");

    let removed = world.call(Method::DELETE, &path, Some(&token), None).await.expect(204);
    assert!(removed.headers.contains_key("watchbook-position"));
    world.get_as(&token, "/v1/account").await.expect_problem(401, "session-over");
    let fourth = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    world.call(Method::DELETE, "/v1/session", Some(&fourth), None).await.expect(204);
    world.get_as(&fourth, "/v1/account").await.expect_problem(401, "session-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_and_forgetting_the_password() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let wrong = json!({"current_password": OTHER_PASSWORD, "new_password": OTHER_PASSWORD});
    world.post_as(&ann.token, "/v1/password", wrong).await.expect_problem(403, "wrong-password");
    let short = json!({"current_password": PASSWORD, "new_password": "too short"});
    world.post_as(&ann.token, "/v1/password", short).await.expect_problem(422, "password-unacceptable");
    let change = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
    let changed = world.post_as(&ann.token, "/v1/password", change).await.expect(200);
    world.get_as(&changed.token(), "/v1/account").await.expect(200);
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.sign_in(ANN, OTHER_PASSWORD).await.expect(200);
    world.mail(ANN, "/not-me?token=").await;

    world.later(100);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let token = world.mail(ANN, "/reset?token=").await.token.unwrap();
    world.get(&format!("/reset?token={token}")).await.expect(200);
    let form = |password: &str| format!("token={token}&new_password={}", password.replace(' ', "+"));
    let post = |password| world.post_raw("/reset", "application/x-www-form-urlencoded", form(password));
    let page = post("short").await.expect(422);
    assert!(page.text.contains("role=\"alert\""));
    post(PASSWORD).await.expect(200);
    post(PASSWORD).await.expect(410);
    world.get_as(&changed.token(), "/v1/account").await.expect_problem(401, "session-over");
    world.sign_in(ANN, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn this_was_not_me_locks_and_the_way_back_is_in_the_mail() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let stranger = world.sign_in(ANN, PASSWORD).await.expect(200).token();
    let token = world.mail(ANN, "/not-me?token=").await.token.unwrap();
    // Mail scanners follow links: nothing changes by that.
    world.get(&format!("/not-me?token={token}")).await.expect(200);
    world.get_as(&stranger, "/v1/account").await.expect(200);
    world
        .post_raw("/not-me", "application/x-www-form-urlencoded", format!("token={token}"))
        .await
        .expect(200);
    for session in [&ann.token, &stranger] {
        world.get_as(session, "/v1/account").await.expect_problem(401, "session-over");
    }
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    let locked = world.mail(ANN, "/forgot").await;
    assert!(locked.text.contains("locked"), "{}", locked.text);

    world.later(100);
    world
        .post_raw("/forgot", "application/x-www-form-urlencoded", format!("identifier={ANN}"))
        .await
        .expect(200);
    let token = world.mail(ANN, "/reset?token=").await.token;
    world
        .post("/v1/password/reset", json!({"token": token, "new_password": OTHER_PASSWORD}))
        .await
        .expect(204);
    world.sign_in(ANN, OTHER_PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_sees_what_happened() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    world.sign_in(ANN, OTHER_PASSWORD).await.expect(401);
    let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
    let again = world.post("/v1/sign-in", body).await.expect(200);
    assert_eq!(again.body["session"]["failed_attempts_since"], 1, "row 39");
    assert_eq!(again.body["session"]["device"]["new"], false);
    assert!(again.body["session"]["previous_sign_in_at"].is_string());

    let page = world.get_after(&again, &again.token(), "/v1/activity?limit=3").await.expect(200);
    assert_eq!(page.body["activity"].as_array().unwrap().len(), 3);
    let (mut seen, mut next) = (vec![], page.body["next"].as_u64());
    seen.extend(page.body["activity"].as_array().unwrap().clone());
    while let Some(before) = next {
        let page =
            world.get_as(&again.token(), &format!("/v1/activity?limit=3&before={before}")).await.expect(200);
        seen.extend(page.body["activity"].as_array().unwrap().clone());
        next = page.body["next"].as_u64();
    }
    let types: Vec<_> = seen.iter().rev().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(types.first(), Some(&"account.registered"));
    assert!(
        types.contains(&"sign_in.password_rejected") && types.contains(&"device.first_seen"),
        "{types:?}"
    );
    world.get_as(&again.token(), "/v1/activity?limit=0").await.expect_problem(400, "malformed-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn back_ends_introspect_and_read() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let key = world.service_key().await;
    assert!(world.active(&key, &ann.token).await);
    assert!(!world.active(&key, "wbs_nonsense").await);
    let account = world.get_as(&key, &format!("/v1/accounts/{}", ann.account)).await.expect(200);
    assert_eq!(account.body["email"], ANN);
    world
        .get_as(&ann.token, &format!("/v1/accounts/{}", ann.account))
        .await
        .expect_problem(401, "service-key-invalid");
    world.get_as("wbk_nonsense", &format!("/v1/accounts/{}", ann.account)).await.expect(401);
    world.post("/v1/sessions/introspect", json!({"token": ann.token})).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_lock_and_unlock_with_two_factors_only() {
    let world = World::start().await;
    let ann = world.signed_in(ANN).await;
    let lock = format!("/v1/operator/accounts/{}/lock", ann.account);
    world.post_as(&ann.token, &lock, json!({})).await.expect_problem(403, "forbidden");

    let link = world.server.setup_link.clone().unwrap();
    let path = link.strip_prefix(&world.config.public_url).unwrap();
    let page = world.get(path).await.expect(200);
    assert!(page.text.contains("new-password"));
    let operator = world.operator().await;
    world.get(path).await.expect(200);
    let token = link.split("token=").nth(1).unwrap();
    let again = json!({"token": token, "email": "second@example.com", "password": PASSWORD});
    world.post("/v1/setup", again).await.expect_problem(410, "link-invalid");

    world.post_as(&operator.token, &lock, json!({"note": "reported by phone"})).await.expect(204);
    world.get_as(&ann.token, "/v1/account").await.expect_problem(401, "session-over");
    world.sign_in(ANN, PASSWORD).await.expect_problem(401, "invalid-credentials");
    world.post_as(&operator.token, &lock, json!({})).await.expect_problem(409, "conflict");
    let state =
        world.get_as(&operator.token, &format!("/v1/operator/accounts/{}", ann.account)).await.expect(200);
    assert_eq!(state.body["account_id"], json!(ann.account));
    let unlock = format!("/v1/operator/accounts/{}/unlock", ann.account);
    world.call(Method::POST, &unlock, Some(&operator.token), None).await.expect(204);
    world.sign_in(ANN, PASSWORD).await.expect(200);

    let request = json!({"name": "trading", "scopes": ["sessions_introspect"]});
    let issued = world.post_as(&operator.token, "/v1/operator/service-keys", request).await.expect(201);
    let key = issued.body["key"].as_str().unwrap();
    assert!(!world.active(key, &ann.token).await);
    world.get_as(key, &format!("/v1/accounts/{}", ann.account)).await.expect_problem(403, "scope-missing");
    let path = format!("/v1/operator/service-keys/{}", issued.body["key_id"].as_str().unwrap());
    world.call(Method::DELETE, &path, Some(&operator.token), None).await.expect(204);
    world
        .post_as(key, "/v1/sessions/introspect", json!({"token": "x"}))
        .await
        .expect_problem(401, "service-key-invalid");
    assert!(world.restart().await.server.setup_link.is_none(), "there is an operator");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_factor_is_no_operator() {
    let world = World::start().await;
    let link = world.server.setup_link.clone().unwrap();
    let token = link.split("token=").nth(1).unwrap();
    let setup = json!({"token": token, "email": "operator@example.com", "password": PASSWORD});
    world.post("/v1/setup", setup).await.expect(204);
    let operator = world.sign_in("operator@example.com", PASSWORD).await.expect(200).token();
    let request = json!({"name": "trading", "scopes": []});
    world.post_as(&operator, "/v1/operator/service-keys", request).await.expect_problem(403, "forbidden");
}
