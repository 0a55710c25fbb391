//! Two nodes: one alert, one lock, one mail.

use super::*;
use watchbook_test_postgres::Server;

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_alert_lock_and_mail_once_and_one_goes_on_alone() {
    if Server::shared().is_none() || std::env::var(crate::world::DEPLOYMENT).is_ok() {
        return;
    }
    for deployment in ["postgres", "kurrentdb"] {
        let one = World::on(deployment, unasked).await;
        one.at_home(ANN, 3).await;
        one.at_home("bob@example.com", 3).await;
        let two = one.beside().await;
        // Each node takes every other guess.
        for n in 0..10 {
            let node = if n % 2 == 0 { &one } else { &two };
            node.guess(AWAY, ANN, WRONG, None).await.expect_problem(401, "invalid-credentials");
            one.later(40);
            two.later(40);
        }
        two.guess(AWAY, ANN, PASSWORD, None).await.expect(200);
        one.has("account.locked", 1).await;
        let mails = |email: &str| lock_mails(&one, email) + lock_mails(&two, email);
        let deadline = Instant::now() + Duration::from_secs(30);
        while mails(ANN) == 0 {
            assert!(Instant::now() < deadline, "{deployment}: no mail");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        two.settle().await;
        let counts = two.counts().await;
        assert_eq!((counts["alert.raised"], counts["account.locked"], mails(ANN)), (2, 1, 1), "{deployment}");

        // The one that holds the leases may be the one that goes.
        let sent = lock_mails(&one, ANN);
        one.server.stop().await;
        taken_over(&two, "bob@example.com").await;
        two.has("account.locked", 2).await;
        two.mail("bob@example.com", LOCKED_MAIL).await;
        two.settle().await;
        let counts = two.counts().await;
        assert_eq!((counts["alert.raised"], counts["account.locked"]), (4, 2), "{deployment}");
        assert_eq!(sent + lock_mails(&two, ANN), 1, "{deployment}");
    }
}
