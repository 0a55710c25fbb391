//! Several nodes, and a case that must come to its end once.

use super::*;
use watchbook_test_postgres::Server;

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_hand_over_once_and_tell_it_once() {
    if Server::shared().is_none() {
        return;
    }
    for deployment in ["postgres", "kurrentdb"] {
        let one = World::on(deployment, |_| {}).await;
        let ann = one.with_totp(ANN).await;
        let staff = one.staff().await;
        let case = one.proved(ANN, NEW).await;
        one.approved(&staff, &case, &ann, true).await;
        let two = one.beside().await;
        // Both nodes see that it is due, and both look at once.
        one.later(WAITING);
        two.later(WAITING);
        two.until_stage(&case, "executed").await;
        one.until_stage(&case, "executed").await;
        let given = || {
            let of = |node: &World| {
                let mails = node.mails(NEW);
                mails.iter().filter(|mail| mail.text.contains("Your account is recovered")).count()
            };
            of(&one) + of(&two)
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while given() == 0 {
            assert!(Instant::now() < deadline, "{deployment}: nobody was told");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        one.settle().await;
        let history = two.history_of(&ann).await;
        for once in ["account.recovered", "support_recovery.started"] {
            assert_eq!(count(&history, once), 1, "{deployment}: {once}");
        }
        assert_eq!(given(), 1, "{deployment}");
        // A node that stops with everything done leaves nothing that the other does again.
        one.server.stop().await;
        two.settle().await;
        assert_eq!(count(&two.history_of(&ann).await, "account.recovered"), 1);
    }
}
