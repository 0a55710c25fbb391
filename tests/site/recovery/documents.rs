//! What is sent in: what is taken, how it lies, who gets it, and how it goes.

use super::*;
use watchbook_domain::{DocumentId, RecoveryCaseId};
use watchbook_eventlog::documents::chunk_name;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_document_is_its_content_says() {
    let world = World::start().await;
    let case = world.proved(ANN, NEW).await;
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 400_000]].concat();
    let answer = world.send_in(&case, "screen.exe", png).await.expect(201);
    assert_eq!((&answer.body["kind"], &answer.body["size"]), (&json!("png"), &json!(400_008)));
    let jpeg = [&b"\xff\xd8\xff\xe0"[..], &[0; 100]].concat();
    assert_eq!(world.send_in(&case, "card", jpeg).await.expect(201).body["kind"], "jpeg");
    for content in ["<html><script>alert(1)</script>", "MZ\u{90}\0 a program", " %PDF-1.7", "", "%PDF"] {
        world.send_in(&case, "passport.pdf", content).await.expect_problem(415, "document-type");
    }
    assert_eq!(world.own(&case).await.expect(200).body["documents"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn size_and_number_are_bounded() {
    let world = World::with(|config| {
        config.policy.recovery.document_bytes = 300_000;
        config.policy.recovery.documents = 2;
    })
    .await;
    let case = world.proved(ANN, NEW).await;
    let large = |size: usize| [b"%PDF-".as_slice(), &vec![b' '; size - 5]].concat();
    world.send_in(&case, "a", large(300_001)).await.expect_problem(413, "body-too-large");
    world.send_in(&case, "a", large(300_000)).await.expect(201);
    // Of many at once, as many as there is room for.
    let tries = (0..6).map(|_| world.send_in(&case, "b", large(20_000)));
    let mut statuses: Vec<_> =
        futures_util::future::join_all(tries).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
    // What was refused left nothing behind.
    let all = watchbook_domain::Timestamp::from_micros(i64::MAX);
    let secrets = world.server.stores.vault.list_secrets(all, None, 1_000).await.unwrap();
    assert_eq!(secrets.iter().filter(|secret| secret.purpose == "document").count(), 3);
    // Other routes keep their own, smaller limit.
    let text = json!({"text": "x".repeat(20_000)});
    world
        .post_as(&case.token, "/v1/recovery-case/messages", text)
        .await
        .expect_problem(413, "body-too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_save_documents_and_each_download_is_on_record() {
    let world = World::start().await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    let added = world.send_in(&case, "my%20passport", PDF).await.expect(201);
    let document = added.body["document"].as_str().unwrap().to_owned();
    let path = format!("/v1/operator/recovery-cases/{}/documents/{document}", case.id);
    for token in [&case.token, &world.signed_in(ANN).await.token] {
        assert!([401, 403].contains(&world.get_as(token, &path).await.status));
    }
    let answer = world.get_as(&staff.two.token, &path).await.expect(200);
    assert_eq!(answer.text, PDF);
    assert_eq!(answer.headers["content-type"], "application/octet-stream");
    assert_eq!(
        answer.headers["content-disposition"],
        format!("attachment; filename=\"document-{document}.pdf\"")
    );
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let app = &world.server.app;
    let stream = app.recovery_cases.stream(&case.id);
    let events = app.recovery_cases.history(&stream, watchbook_eventlog::Version::NONE, 100).await.unwrap();
    let viewed: Vec<_> = events
        .iter()
        .filter(|(recorded, _)| recorded.event.event_type == "recovery.document_viewed")
        .collect();
    assert_eq!(viewed.len(), 1);
    assert_eq!(viewed[0].0.event.actor.unwrap().to_string(), staff.two.account);
    let other = world.proved("bob@example.com", "bob@example.org").await;
    let path = format!("/v1/operator/recovery-cases/{}/documents/{document}", other.id);
    world.get_as(&staff.two.token, &path).await.expect_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_time_of_keeping_nothing_can_be_read_any_more() {
    let world = World::start().await;
    let staff = world.staff().await;
    let case = world.proved(ANN, NEW).await;
    let added = world.send_in(&case, "passport", PDF).await.expect(201);
    let unproved = world.opened(ANN, "nobody@example.org").await;
    world.as_operator(&staff.one, &case, "reject", json!({"reason": "No."})).await.expect(204);
    world.later(30 * 86_400 - 600);
    let gone = |case: &Case| {
        let (world, token) = (&world, case.token.clone());
        async move {
            let deadline = Instant::now() + Duration::from_secs(20);
            while world.get_as(&token, "/v1/recovery-case").await.status != 401 {
                assert!(Instant::now() < deadline, "the case is still there");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    gone(&unproved).await;
    assert_eq!(world.stage(&case).await, "rejected");
    world.later(700);
    gone(&case).await;
    let id: RecoveryCaseId = case.id.parse().unwrap();
    let document: DocumentId = added.body["document"].as_str().unwrap().parse().unwrap();
    let vault = &world.server.stores.vault;
    let deadline = Instant::now() + Duration::from_secs(20);
    while vault.secret(chunk_name(id, document, 0)).await.unwrap().is_some() {
        assert!(Instant::now() < deadline, "the document is still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(vault.subject_key(id.into()).await.unwrap().is_none());
    // A rebuild finds as little as the views had.
    let views = &world.server.app.views;
    assert_eq!(
        views.recovery_cases(watchbook_domain::recovery_case::CaseStage::Rejected, None, 10).await.unwrap(),
        []
    );
}
