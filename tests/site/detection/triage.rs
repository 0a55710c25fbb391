//! Operators read alerts, look into them, and say what they were.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_listed_looked_into_and_resolved() {
    let world = World::with(unasked).await;
    let operator = world.operator().await;
    let ann = world.at_home(ANN, 3).await;
    for email in [ANN, "bob@example.com", "cleo@example.com"] {
        if email != ANN {
            world.at_home(email, 1).await;
        }
        world.wrong_passwords(AWAY, email, 10).await;
    }
    let alerts = world.detected(&operator).await;
    assert_eq!(alerts.len(), 3, "{alerts:?}");
    let operator = world.signed_in_again(&operator).await;
    let get = async |path: &str| world.get_as(&operator.token, path).await;
    let post = async |path: &str, body: Value| world.post_as(&operator.token, path, body).await;
    let list = async |query: &str| {
        let answer = get(&format!("/v1/operator/alerts?{query}")).await.expect(200);
        let named = answer.body["alerts"].as_array().unwrap().iter().map(|alert| alert["alert"].clone());
        (named.collect::<Vec<_>>(), answer.body["next"].clone())
    };

    // Nobody else reads them.
    let back = world.guess(HOME, ANN, PASSWORD, Some(&ann.device_token)).await.expect(200);
    for path in ["/v1/operator/alerts", "/v1/operator/alert-statistics"] {
        world.get_as(&back.token(), path).await.expect_problem(403, "forbidden");
        world.get(path).await.expect_problem(401, "session-over");
    }

    // By account, detector, severity, time; page by page.
    let of_ann = list(&format!("account={}", ann.account)).await.0;
    assert_eq!(of_ann.len(), 1);
    assert_eq!(list(&format!("account={}&severity=high", ann.account)).await.0.len(), 0);
    assert_eq!(list("detector=brute_force&severity=medium&state=open").await.0.len(), 3);
    assert_eq!(list("detector=sim_swap").await.0.len(), 0);
    assert_eq!(list("detector=brute_force&to=2020-01-01T00:00:00Z").await.0.len(), 0);
    assert_eq!(list("detector=brute_force&from=2020-01-01T00:00:00Z").await.0.len(), 3);
    let (mut seen, mut query) = (Vec::new(), "detector=brute_force&limit=2".to_owned());
    loop {
        let (page, next) = list(&query).await;
        seen.extend(page);
        let Some(next) = next.as_u64() else { break };
        query = format!("detector=brute_force&limit=2&before={next}");
    }
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 3);
    for wrong in
        ["state=lost", "limit=0", "limit=101", "detector=none", "severity=worst", "account=x", "more=1"]
    {
        get(&format!("/v1/operator/alerts?{wrong}")).await.expect_problem(400, "malformed-request");
    }

    // One alert, with the events that it rests on.
    let alert = of_ann[0].as_str().unwrap().to_owned();
    let path = |step: &str| format!("/v1/operator/alerts/{alert}{step}");
    let read = get(&path("")).await.expect(200);
    let raised = &read.body["history"][0];
    assert_eq!(raised["type"], "alert.raised");
    assert_eq!(raised["data"]["positions"].as_array().unwrap().len(), 10, "{}", read.text);
    let position = raised["data"]["positions"][0].as_u64().unwrap();
    let events = everything(&world).await;
    let on = events.iter().find(|event| event.position.0 == position).unwrap();
    assert_eq!(on.event.event_type, "sign_in.password_rejected");
    assert_eq!(raised["data"]["technique"], "T1110.001");

    // Looked into.
    let me = json!({"operator": operator.account});
    post(&path("/assign"), me.clone()).await.expect(204);
    post(&path("/assign"), json!({"operator": ann.account})).await.expect_problem(400, "malformed-request");
    post(&path("/acknowledge"), json!({})).await.expect(204);
    post(&path("/notes"), json!({"text": ""})).await.expect_problem(400, "malformed-request");
    post(&path("/notes"), json!({"text": "asked the owner"})).await.expect(204);
    let resolved = json!({"verdict": "false_positive", "note": "a forgotten password"});
    let written = post(&path("/resolve"), resolved).await.expect(204);
    post(&path("/acknowledge"), json!({})).await.expect_problem(409, "alert-conflict");
    let read = world.get_after(&written, &operator.token, &path("")).await.expect(200);
    assert_eq!((&read.body["state"], &read.body["verdict"]), (&json!("resolved"), &json!("false_positive")));
    assert_eq!(read.body["assignee"], json!(operator.account));
    let steps: Vec<_> =
        read.body["history"].as_array().unwrap().iter().map(|step| step["type"].as_str().unwrap()).collect();
    assert_eq!(
        steps,
        ["alert.raised", "alert.assigned", "alert.acknowledged", "alert.noted", "alert.resolved"]
    );
    world.has("detection.cleared", 1).await;
    assert_eq!(world.state_of(ANN).await.suspicion.open, []);
    let nowhere = "/v1/operator/alerts/6f0c1a52-3b7e-4c55-9d0e-2f1a7c9b4e10";
    get(nowhere).await.expect_problem(404, "not-found");
    post(&format!("{nowhere}/acknowledge"), json!({})).await.expect_problem(404, "not-found");

    // Several at once, and how good the detector is.
    let others: Vec<_> = seen.iter().filter(|other| other.as_str() != Some(&alert)).cloned().collect();
    let unknown = json!("6f0c1a52-3b7e-4c55-9d0e-2f1a7c9b4e10");
    let all: Vec<_> = others.iter().cloned().chain([unknown.clone()]).collect();
    let done = post("/v1/operator/alerts/resolve", json!({"alerts": all, "verdict": "true_positive"}))
        .await
        .expect(200);
    assert_eq!((&done.body["resolved"], &done.body["unknown"]), (&json!(others), &json!([unknown])));
    let statistics =
        world.get_after(&done, &operator.token, "/v1/operator/alert-statistics").await.expect(200);
    let of = &statistics.body["detectors"]["brute_force"];
    assert_eq!(
        (&of["alerts"], &of["true_positive"], &of["false_positive"]),
        (&json!(3), &json!(2), &json!(1))
    );
    assert!((of["precision"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
    assert_eq!(statistics.body["detectors"]["sim_swap"]["precision"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_erased_with_its_person() {
    let world = World::with(unasked).await;
    let operator = world.operator().await;
    let ann = world.at_home(ANN, 1).await;
    world.wrong_passwords(AWAY, ANN, 10).await;
    let alerts = world.detected(&operator).await;
    let alert = only(&alerts, "brute_force")["alert"].as_str().unwrap().to_owned();
    let operator = world.signed_in_again(&operator).await;
    let number = world.state_of(ANN).await.number.unwrap().to_string();
    let path = format!("/v1/operator/accounts/{}/erasure", ann.account);
    let ordered = world.post_as(&operator.token, &path, json!({"user_number": number})).await.expect(202);
    world.has("erasure.completed", 1).await;
    let gone = world.get_after(&ordered, &operator.token, &format!("/v1/operator/alerts/{alert}")).await;
    gone.expect_problem(404, "not-found");
    let note = json!({"text": "late"});
    let path = format!("/v1/operator/alerts/{alert}/notes");
    world.post_as(&operator.token, &path, note).await.expect_problem(404, "not-found");
    // Its stream lies in the log, unreadable.
    for recorded in everything(&world).await {
        if recorded.stream.category() == "alert" && recorded.stream.key() == alert {
            let opened = world.server.app.sealer.open_event(&recorded).await.unwrap();
            assert_eq!(opened, watchbook_eventlog::Opened::Erased);
        }
    }
}
