//! The committed description is the served one.

use crate::world::World;

const COMMITTED: &str = include_str!("../../docs/openapi.json");

#[test]
fn the_committed_document_is_current() {
    let current = watchbook_api::openapi_json();
    if std::env::var_os("WATCHBOOK_TEST_WRITE_OPENAPI").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json"), &current).unwrap();
        return;
    }
    assert!(
        COMMITTED == current,
        "run the test with WATCHBOOK_TEST_WRITE_OPENAPI=1 to write docs/openapi.json anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_and_every_path_in_it_answers() {
    let world = World::start().await;
    let document = world.get("/openapi.json").await.expect(200).body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method = reqwest::Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let path = path.replace("{id}", "00000000-0000-0000-0000-000000000000");
            let answer = world.call(method.clone(), &path, None, None).await;
            assert!(
                answer.status != 404 && answer.status != 405 && answer.status < 500,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
}
