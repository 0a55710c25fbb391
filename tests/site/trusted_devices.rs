//! A device that proved a second factor may need none for a while, where the site allows it.

use crate::world::{Answer, PASSWORD, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const NEW: &str = "another horse, another staple";
const DAY: i64 = 86_400;

async fn allowed() -> World {
    World::with(|config| config.policy.trusted_device_seconds = 2_592_000).await
}

impl World {
    async fn password_on(&self, person: &Person, password: &str) -> Answer {
        let device = &person.device_token;
        let body = json!({"identifier": person.email, "password": password, "device_token": device});
        self.post("/v1/sign-in", body).await.expect(200)
    }

    /// A whole sign-in that asks for trust, on the person's device.
    async fn trust(&self, person: &Person) -> Answer {
        let first = self.password_on(person, PASSWORD).await;
        let body = json!({
            "attempt": first.body["attempt"], "code": self.code(person.seed.as_ref().unwrap()),
            "device_token": person.device_token, "trust_device": true,
        });
        let answer = self.post("/v1/sign-in/second-factor", body).await.expect(200);
        self.later(60);
        answer
    }

    async fn status_of(&self, person: &Person, password: &str) -> Value {
        self.password_on(person, password).await.body["status"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_enough_for_thirty_days_and_no_more_than_a_password() {
    let world = allowed().await;
    let ann = world.with_totp(ANN).await;
    assert_eq!(world.status_of(&ann, PASSWORD).await, "second_factor_required");
    let trusted = world.trust(&ann).await;
    let devices = world.get_after(&trusted, &trusted.token(), "/v1/devices").await.expect(200);
    assert!(devices.body["devices"][0]["trusted_until"].is_string(), "{}", devices.text);
    world.later(29 * DAY);
    let answer = world.password_on(&ann, PASSWORD).await;
    assert_eq!(answer.body["session"]["level"], "aal1");
    // Rows 13 and 16: sensitive changes still ask for the factor.
    let token = answer.token();
    let removed = world.call(Method::DELETE, "/v1/totp", Some(&token), None).await;
    removed.expect_problem(403, "reauthentication-required");
    let body = json!({"password": PASSWORD});
    world.post_as(&token, "/v1/session/reauthenticate", body).await.expect_problem(403, "code-required");
    // Another device, and nobody's device, need it.
    let stranger = Person { device_token: String::new(), ..ann.clone() };
    assert_eq!(world.status_of(&stranger, PASSWORD).await, "second_factor_required");
    world.later(DAY);
    assert_eq!(world.status_of(&ann, PASSWORD).await, "second_factor_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_by_default_and_off_again_where_something_is_unusual() {
    let world = World::start().await;
    let ann = world.with_totp(ANN).await;
    world.trust(&ann).await;
    assert_eq!(world.status_of(&ann, PASSWORD).await, "second_factor_required");

    let world = allowed().await;
    let ann = world.with_totp(ANN).await;
    world.trust(&ann).await;
    let from = async |address: &str| {
        let body = json!({"identifier": ANN, "password": PASSWORD, "device_token": ann.device_token});
        world.post_from(address, "/v1/sign-in", body).await.expect(200).body
    };
    // The first network that is somebody's is learnt with the app's help; the second is unusual.
    assert_eq!(from("81.2.69.142").await["status"], "signed_in");
    assert_eq!(from("89.160.20.112").await["status"], "second_factor_required");
    assert_eq!(from("81.2.1.1").await["status"], "signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_what_ends_trust() {
    let world = allowed().await;
    let operator = world.operator().await;
    for (n, how) in ["change", "reset", "factor", "codes", "device", "lock"].iter().enumerate() {
        let email = format!("ann{n}@example.com");
        let ann = world.with_totp(&email).await;
        let session = world.trust(&ann).await;
        assert_eq!(world.status_of(&ann, PASSWORD).await, "signed_in", "{how}");
        let token = session.token();
        let mut password = PASSWORD;
        match *how {
            "change" => {
                let code = world.code(ann.seed.as_ref().unwrap());
                let body = json!({"current_password": PASSWORD, "new_password": NEW, "code": code});
                world.post_as(&token, "/v1/password", body).await.expect(200);
                password = NEW;
            }
            "reset" => {
                world.post("/v1/password/forgot", json!({"identifier": email})).await.expect(202);
                let link = world.mail(&email, "/reset?token=").await.token;
                let body = json!({"token": link, "new_password": NEW});
                world.post("/v1/password/reset", body).await.expect(204);
                password = NEW;
            }
            "factor" => {
                world.call(Method::DELETE, "/v1/totp", Some(&token), None).await.expect(204);
                let started = world.call(Method::POST, "/v1/totp", Some(&token), None).await.expect(200);
                let code = world.code(started.body["secret"].as_str().unwrap());
                world.post_as(&token, "/v1/totp/confirm", json!({"code": code})).await.expect(200);
            }
            "codes" => {
                world.call(Method::POST, "/v1/recovery-codes", Some(&token), None).await.expect(200);
            }
            "device" => {
                let path = format!("/v1/devices/{}", ann.device);
                world.call(Method::DELETE, &path, Some(&token), None).await.expect(204);
            }
            _ => {
                let path = format!("/v1/operator/accounts/{}", ann.account);
                world.post_as(&operator.token, &format!("{path}/lock"), json!({})).await.expect(204);
                world.post_as(&operator.token, &format!("{path}/unlock"), json!({})).await.expect(204);
            }
        }
        assert_eq!(world.status_of(&ann, password).await, "second_factor_required", "{how}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_not_me_ends_trust() {
    let world = allowed().await;
    let ann = world.with_totp(ANN).await;
    world.trust(&ann).await;
    let link = world.mail(ANN, "/not-me?token=").await.token;
    world.post("/v1/disown", json!({"token": link})).await.expect(204);
    world.post("/v1/password/forgot", json!({"identifier": ANN})).await.expect(202);
    let reset = world.mail(ANN, "/reset?token=").await.token;
    world.post("/v1/password/reset", json!({"token": reset, "new_password": NEW})).await.expect(204);
    assert_eq!(world.status_of(&ann, NEW).await, "second_factor_required");
}
