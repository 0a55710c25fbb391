# Français, avec « vous ». Messages, parties et variables comme dans en.ftl.

## Dates et ce que tous les courriels ont en commun

moment = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month ->
        [1] janvier
        [2] février
        [3] mars
        [4] avril
        [5] mai
        [6] juin
        [7] juillet
        [8] août
        [9] septembre
        [10] octobre
        [11] novembre
       *[12] décembre
    } { $year } à { $time } (UTC)

mail =
    .details = Détails
    .when = Date et heure
    .device = Appareil
    .device-name = { $browser } sous { $system }
    .place = Lieu
    .place-estimated = { $place } (estimation)
    .address = Adresse réseau
    .network = Réseau
    .reason = Motif
    .approved = Accord
    .handed-over = Remise
    .unknown = inconnu
    .closing =
        Vous recevez ce courriel parce que cette adresse a été indiquée à { $site }. Il a été envoyé automatiquement.

        { $site } ne vous demande jamais votre mot de passe ni un code par courriel ou par téléphone.

disown =
    .heading = Ce n’était pas vous ?
    .sign-in =
        Si vous êtes à l’origine de cette connexion, vous n’avez rien à faire. Sinon, signalez-le-nous avec le lien
        ci-dessous : nous verrouillons aussitôt le compte et fermons toutes ses sessions, puis vous définissez un nouveau
        mot de passe.
    .sign-in-alone =
        Si vous êtes à l’origine de cette connexion, vous n’avez rien à faire. Sinon, définissez tout de suite un nouveau
        mot de passe.
    .change =
        Si vous êtes à l’origine de ce changement, vous n’avez rien à faire. Sinon, signalez-le-nous avec le lien
        ci-dessous : nous verrouillons aussitôt le compte et fermons toutes ses sessions, puis vous définissez un nouveau
        mot de passe.
    .change-alone =
        Si vous êtes à l’origine de ce changement, vous n’avez rien à faire. Sinon, définissez tout de suite un nouveau
        mot de passe.
    .link = Ce n’était pas moi : verrouiller mon compte
    .terms =
        Le lien fonctionne jusqu’au { $until } et une seule fois. Une confirmation vous est demandée avant toute action.
    .terms-open =
        Le lien fonctionne pendant un temps limité et une seule fois. Une confirmation vous est demandée avant toute
        action.
    .page = Définir un nouveau mot de passe

## Courriels

verify-email =
    .subject = Confirmez votre adresse électronique pour { $site }
    .heading = Confirmez votre adresse électronique
    .told =
        Cette adresse a été indiquée pour un compte sur { $site }. Veuillez confirmer qu’elle est bien la vôtre.

        Si ce n’était pas vous, ne faites rien : sans votre confirmation, l’adresse n’est pas utilisée.
    .link = Confirmer cette adresse électronique
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Aller sur { $site } pour demander un lien

already-registered =
    .subject = Vous avez déjà un compte sur { $site }
    .heading = Vous avez déjà un compte
    .told =
        Quelqu’un a essayé de s’inscrire sur { $site } avec cette adresse. Elle y a déjà un compte, donc rien n’a été
        modifié.

        Si c’était vous, connectez-vous comme d’habitude. Si vous ne connaissez plus votre mot de passe, définissez-en
        un nouveau.

        Si ce n’était pas vous, vous n’avez rien à faire. La personne en question n’a pas appris que vous avez un
        compte.
    .page = Définir un nouveau mot de passe

reset-password =
    .subject = Définissez un nouveau mot de passe pour { $site }
    .heading = Définissez un nouveau mot de passe
    .told = Un nouveau mot de passe a été demandé pour votre compte { $site }.
    .advice-heading = Ce n’était pas vous ?
    .advice =
        Si vous n’avez rien demandé, ne faites rien : votre mot de passe reste inchangé. Ne transmettez ce lien à
        personne.
    .link = Définir un nouveau mot de passe
    .terms =
        Le lien fonctionne pendant { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        } et une seule fois.
    .page = Demander un lien pour définir un nouveau mot de passe

new-device =
    .subject = Nouvelle connexion à votre compte { $site }
    .heading = Nouvelle connexion à votre compte
    .told =
        Quelqu’un s’est connecté à votre compte { $site } depuis un appareil qui n’avait encore jamais été utilisé.

password-changed =
    .subject = Votre mot de passe { $site } a été modifié
    .heading = Votre mot de passe a été modifié
    .told =
        Le mot de passe de votre compte { $site } a été modifié { $by ->
            [link] au moyen d’un lien dans un courriel envoyé à cette adresse
           *[session] depuis une session ouverte
        }.

password-change-required =
    .subject = Définissez un nouveau mot de passe pour { $site }
    .heading = Il vous faut un nouveau mot de passe
    .told =
        Le mot de passe de votre compte { $site } ne fonctionne plus. { $reason ->
            [short] Il servait avec une seconde étape. Il n’y en a plus, et seul il est trop court.
           *[compromised] Des indices montrent qu’une autre personne le connaît peut-être.
        }

        Toutes les sessions ont été fermées.
    .advice-heading = Que faire maintenant
    .advice =
        Définissez un nouveau mot de passe. Si vous utilisiez l’ancien ailleurs aussi, changez-le là-bas également.
    .link = Définir un nouveau mot de passe
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Demander un lien pour définir un nouveau mot de passe

totp-enrolled =
    .subject = Une application d’authentification est activée ({ $site })
    .heading = Une application d’authentification est activée
    .told =
        Une application d’authentification a été activée comme seconde étape de la connexion à votre compte { $site }.

totp-removed =
    .subject = L’application d’authentification a été retirée ({ $site })
    .heading = L’application d’authentification a été retirée
    .told =
        L’application d’authentification a été retirée de votre compte { $site }. Ses codes ne sont plus demandés à la
        connexion.

recovery-codes-generated =
    .subject = De nouveaux codes de secours ont été créés ({ $site })
    .heading = De nouveaux codes de secours ont été créés
    .told =
        De nouveaux codes de secours ont été créés pour votre compte { $site }. Les codes antérieurs ne fonctionnent plus.

recovery-code-used =
    .subject = Un code de secours a été utilisé ({ $site })
    .heading = Un code de secours a été utilisé
    .told =
        Un code de secours a été utilisé pour se connecter à votre compte { $site }. { $left ->
            [0] Il ne vous reste aucun code : créez-en de nouveaux.
            [one] Il vous reste { $left } code.
           *[other] Il vous reste { $left } codes.
        }

sms-enrolled =
    .subject = Les codes par SMS sont activés ({ $site })
    .heading = Les codes par SMS sont activés
    .told =
        Les codes par SMS ont été activés comme seconde étape de la connexion à votre compte { $site }.

sms-removed =
    .subject = Les codes par SMS sont désactivés ({ $site })
    .heading = Les codes par SMS sont désactivés
    .told = Les codes par SMS ne sont plus la seconde étape de la connexion à votre compte { $site }.

passkey-enrolled =
    .subject = Une clé d’accès a été ajoutée ({ $site })
    .heading = Une clé d’accès a été ajoutée
    .told =
        Une clé d’accès a été ajoutée à votre compte { $site }. Elle permet de se connecter sans votre mot de passe.

passkey-removed =
    .subject = Une clé d’accès a été retirée ({ $site })
    .heading = Une clé d’accès a été retirée
    .told =
        Une clé d’accès a été retirée de votre compte { $site }. Elle ne permet plus de s’y connecter.

passkey-copy-suspected =
    .subject = Une clé d’accès a été refusée ({ $site })
    .heading = Une clé d’accès a été refusée
    .told =
        Quelqu’un a essayé de se connecter à votre compte { $site } avec l’une de vos clés d’accès, ou une copie : son
        compteur n’a pas avancé depuis la dernière utilisation, elle a donc été refusée. Si cela se produit alors que
        vous vous connectez vous-même, retirez cette clé d’accès et ajoutez-la de nouveau.

phone-set =
    .subject = Un numéro de téléphone a été enregistré ({ $site })
    .heading = Un numéro de téléphone a été enregistré
    .told =
        Le numéro de téléphone { $number } a été confirmé pour votre compte { $site }. Il remplace tout numéro antérieur
        et permet de se connecter.

phone-removed =
    .subject = Le numéro de téléphone a été retiré ({ $site })
    .heading = Le numéro de téléphone a été retiré
    .told =
        Le numéro de téléphone { $number } a été retiré de votre compte { $site }. Il ne permet plus de se connecter.

account-locked-by-owner =
    .subject = Votre compte { $site } est verrouillé
    .heading = Votre compte est verrouillé
    .told =
        Votre compte { $site } a été verrouillé parce qu’un lien de l’un de nos courriels a servi à signaler une action
        dont vous n’êtes pas l’auteur.

        Toutes ses sessions ont été fermées. Personne ne peut se connecter tant qu’il n’est pas rouvert.
    .advice-heading = Que faire maintenant
    .advice =
        Pour rouvrir le compte, définissez un nouveau mot de passe. Si ce n’est pas vous qui avez utilisé le lien, faites
        de même et protégez votre messagerie : quelqu’un d’autre peut la lire.
    .page = Définir un nouveau mot de passe

account-locked-by-staff =
    .subject = Votre compte { $site } est verrouillé
    .heading = Votre compte est verrouillé
    .told =
        Votre compte { $site } a été verrouillé par notre équipe.

        Toutes ses sessions ont été fermées. Personne ne peut se connecter tant qu’il n’est pas rouvert.
    .advice-heading = Que faire maintenant
    .advice =
        Pour le faire rouvrir, adressez-vous à notre assistance. Un nouveau mot de passe ne lève pas ce verrouillage.

# Alertes. Ce qui a été fait à cause d’elles.
response =
    .step-up =
        Par précaution, pendant un jour, toute modification du compte demande une nouvelle preuve d’identité et toute
        connexion sur un nouvel appareil doit être confirmée par courriel.
    .end-session = Toutes les sessions du compte ont été fermées. Veuillez vous reconnecter.
    .hold =
        Pendant un jour, le mot de passe, les adresses et la deuxième étape ne peuvent pas être modifiés depuis le
        compte. Tout ce qui a été demandé ainsi attend.

suspicion-guesses =
    .subject = Quelqu’un essaie de deviner l’accès à votre compte { $site }
    .heading = Quelqu’un essaie de deviner l’accès à votre compte
    .told = { $cause ->
            [codes]
                Beaucoup de codes erronés ont été saisis pour votre compte { $site }. Qui arrive si loin connaît votre
                mot de passe.
           *[passwords]
                Beaucoup de mots de passe erronés ont été saisis pour votre compte { $site }. Nous les ralentissons ;
                personne n’est entré ainsi. Vous pouvez utiliser vos appareils comme toujours.
        }
    .advice-heading = Que faire maintenant
    .advice =
        Si c’était vous, vous n’avez rien à faire. Si vous utilisez le même mot de passe ailleurs, ou si quelqu’un peut
        le connaître, définissez-en un nouveau.
    .page = Définir un nouveau mot de passe

suspicion-sign-in =
    .subject = Quelque chose d’inhabituel dans votre compte { $site }
    .heading = Quelque chose d’inhabituel dans votre compte
    .told = { $cause ->
            [session]
                Une session de votre compte { $site } a continué depuis un autre réseau et avec un autre navigateur ou
                système.
           *[sign-in] Quelqu’un s’est connecté à votre compte { $site } d’une manière inhabituelle.
        }

suspicion-change =
    .subject = Vérifiez les derniers changements de votre compte { $site }
    .heading = Vérifiez les derniers changements de votre compte
    .told = { $cause ->
            [number]
                Quelqu’un a utilisé un numéro de téléphone changé depuis peu pour entrer dans votre compte { $site }.
           *[recovery]
                Des moyens de revenir dans votre compte { $site } ont été utilisés ou modifiés comme le font les voleurs.
        }

account-locked-by-alert =
    .subject = Votre compte { $site } est verrouillé pour le protéger
    .heading = Votre compte est verrouillé pour le protéger
    .told =
        Votre compte { $site } a été verrouillé { $cause ->
            [campaign] parce que quelqu’un s’est connecté sur un nouvel appareil juste après de nombreux essais
            [storm] parce qu’une deuxième étape a été acceptée après de nombreuses demandes refusées
            [takeover] parce que des moyens d’y revenir ont été modifiés juste après une connexion sur un nouvel appareil
           *[signs] parce que plusieurs signes indépendants indiquent que quelqu’un d’autre s’y trouve
        }.

        Toutes ses sessions ont été fermées. Personne ne peut se connecter tant qu’il n’est pas rouvert.
    .advice-heading = Que faire maintenant
    .advice =
        Pour rouvrir le compte, définissez un nouveau mot de passe. Faites-le aussi si tout cela venait de vous : nous ne
        pouvions pas le savoir.
    .page = Définir un nouveau mot de passe

account-unlocked =
    .subject = Votre compte { $site } est déverrouillé
    .heading = Votre compte est déverrouillé
    .told = Votre compte { $site } a été déverrouillé. Vous pouvez de nouveau vous connecter.

confirm-sign-in =
    .subject = Est-ce vous ? Une connexion à { $site } vous attend
    .heading = Une connexion vous attend
    .told =
        Quelqu’un qui connaît votre mot de passe se connecte à votre compte { $site }, depuis un endroit ou un réseau d’où
        vous ne vous étiez jamais connecté. La connexion n’est pas établie : elle attend votre confirmation.
    .advice-heading = Que faire maintenant
    .advice =
        Si c’est vous, ouvrez le lien et confirmez. L’appareil qui attend continue de lui-même.

        Si ce n’est pas vous, ouvrez le lien et dites-le : nous verrouillons aussitôt le compte. Si le lien ne fonctionne
        plus, définissez un nouveau mot de passe. Ne confirmez pas parce que quelqu’un vous le demande.
    .link = Voir la connexion : la confirmer ou verrouiller mon compte
    .terms =
        Le lien fonctionne pendant { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        } et une seule fois. Votre accord vous est demandé avant toute action.
    .page = Définir un nouveau mot de passe

prove-email =
    .subject = Confirmez votre nouvelle adresse électronique ({ $site })
    .heading = Confirmez votre nouvelle adresse électronique
    .told =
        Cette adresse doit devenir la nouvelle adresse électronique d’un compte sur { $site }.

        Si vous n’en savez rien, ne faites rien : sans votre confirmation, l’adresse n’est pas utilisée.
    .link = Confirmer cette adresse électronique
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Aller sur { $site } pour demander un lien

prove-recovery-email =
    .subject = Confirmez votre adresse de récupération ({ $site })
    .heading = Confirmez votre adresse de récupération
    .told =
        Cette adresse doit devenir l’adresse de récupération d’un compte sur { $site }.

        Si vous n’en savez rien, ne faites rien : sans votre confirmation, l’adresse n’est pas utilisée.
    .link = Confirmer cette adresse électronique
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Aller sur { $site } pour demander un lien

email-changed =
    .subject = Votre adresse électronique a été modifiée ({ $site })
    .heading = Votre adresse électronique a été modifiée
    .told =
        L’adresse électronique de votre compte { $site } est désormais { $address }. L’ancienne ne permet plus de se
        connecter.

undo-address =
    .heading = Ce n’était pas vous ?
    .change =
        Si vous êtes à l’origine de ce changement, vous n’avez rien à faire. Sinon, annulez-le avec le lien ci-dessous :
        cette adresse redevient celle du compte, toutes les sessions sont fermées aussitôt, puis vous définissez un
        nouveau mot de passe.
    .change-alone =
        Si vous êtes à l’origine de ce changement, vous n’avez rien à faire. Sinon, cherchez notre courriel envoyé à
        l’ancienne adresse et annulez le changement avec le lien qu’il contient, ou définissez tout de suite un nouveau
        mot de passe.
    .link = Ce n’était pas moi : annuler le changement
    .terms =
        Le lien fonctionne jusqu’au { $until } et une seule fois. Une confirmation vous est demandée avant toute action.
    .terms-open =
        Le lien fonctionne pendant un temps limité et une seule fois. Une confirmation vous est demandée avant toute
        action.
    .page = Définir un nouveau mot de passe

email-restored =
    .subject = Votre ancienne adresse électronique est rétablie ({ $site })
    .heading = Votre ancienne adresse électronique est rétablie
    .told =
        Le changement de l’adresse électronique de votre compte { $site } a été annulé : elle est de nouveau { $address }.

        Toutes les sessions ont été fermées et le compte est verrouillé. Pour le rouvrir, définissez un nouveau mot de
        passe avec un lien que nous envoyons à cette adresse.
    .page = Définir un nouveau mot de passe

recovery-email-set =
    .subject = Une adresse de récupération a été enregistrée ({ $site })
    .heading = Une adresse de récupération a été enregistrée
    .told =
        L’adresse de récupération { $address } a été confirmée pour votre compte { $site }. Elle remplace toute adresse
        antérieure.

recovery-email-removed =
    .subject = L’adresse de récupération a été retirée ({ $site })
    .heading = L’adresse de récupération a été retirée
    .told = L’adresse de récupération { $address } a été retirée de votre compte { $site }.

address-wanted-elsewhere =
    .subject = Quelqu’un a voulu utiliser votre adresse sur { $site }
    .heading = Quelqu’un a voulu utiliser votre adresse
    .told =
        Quelqu’un qui est connecté à un autre compte sur { $site } a voulu y utiliser cette adresse. Elle appartient à
        votre compte : rien n’a donc été modifié.

        Si c’était vous, utilisez-y une autre adresse. Si ce n’était pas vous, vous n’avez rien à faire. La personne en
        question n’a pas appris que vous avez un compte.
    .page = Définir un nouveau mot de passe

reset-held =
    .subject = Un nouveau mot de passe a été demandé ({ $site })
    .heading = Un nouveau mot de passe a été demandé
    .told =
        Quelqu’un a demandé un nouveau mot de passe pour votre compte { $site }.

        L’adresse électronique du compte a été modifiée il y a peu. Pendant quelques jours après un changement, les liens
        qui définissent un mot de passe sont envoyés à l’adresse précédente, afin que personne ne puisse s’emparer d’un
        compte en changeant son adresse.
    .advice-heading = Ce n’était pas vous ?
    .advice = Si vous n’avez rien demandé, ne faites rien : votre mot de passe reste inchangé.
    .page = Refaire la demande plus tard

factor-recovery-prove =
    .subject = Confirmez la perte de votre seconde étape ({ $site })
    .heading = Confirmez la perte de votre seconde étape
    .told =
        Quelqu’un qui connaît le mot de passe de votre compte { $site } déclare avoir perdu toutes les secondes étapes de
        la connexion. Si c’est vous, suivez ce lien et donnez une preuve de plus : le lien du courriel envoyé à votre
        adresse de récupération, un code de récupération ou un code par SMS.
    .link = Confirmer que c’est moi
    .terms = Le lien ne fonctionne qu’une seule fois. Une confirmation vous est demandée avant toute action.
    .page = Définir un nouveau mot de passe

factor-recovery-requested =
    .subject = Quelqu’un veut supprimer votre seconde étape ({ $site })
    .heading = Quelqu’un veut supprimer votre seconde étape
    .told =
        Quelqu’un qui connaît le mot de passe de votre compte { $site } demande la suppression de toutes les secondes
        étapes de la connexion. Si elle est confirmée de deux manières, elle a lieu après un délai d’attente.
    .advice-heading = Ce n’était pas vous ?
    .advice =
        Si ce n’était pas vous, quelqu’un d’autre connaît votre mot de passe. Arrêtez la récupération, puis définissez un
        nouveau mot de passe.
    .link = Ce n’était pas moi : tout arrêter
    .terms = Le lien ne fonctionne qu’une seule fois. Une confirmation vous est demandée avant toute action.
    .page = Définir un nouveau mot de passe

factor-recovery-scheduled =
    .subject = Votre seconde étape va être supprimée ({ $site })
    .heading = Votre seconde étape va être supprimée
    .told =
        Il a été confirmé de deux manières que toutes les secondes étapes de la connexion à votre compte { $site } sont
        perdues. Elles peuvent être supprimées à partir du { $until }.
    .advice-heading = Ce n’était pas vous ?
    .advice =
        Si ce n’était pas vous, quelqu’un d’autre connaît votre mot de passe. Arrêtez la récupération, puis définissez un
        nouveau mot de passe.
    .link = Ce n’était pas moi : tout arrêter
    .terms = Le lien ne fonctionne qu’une seule fois. Une confirmation vous est demandée avant toute action.
    .page = Définir un nouveau mot de passe

factor-recovery-complete =
    .subject = Retrouvez l’accès à votre compte ({ $site })
    .heading = Retrouvez l’accès à votre compte
    .told =
        À partir du { $from }, le lien ci-dessous supprime toutes les secondes étapes de la connexion à votre compte
        { $site }. Il vous faut aussi votre mot de passe. Connectez-vous ensuite et activez tout de suite une nouvelle
        seconde étape.
    .link = Supprimer mes secondes étapes
    .terms = Le lien ne fonctionne qu’une seule fois. Une confirmation vous est demandée avant toute action.
    .page = Définir un nouveau mot de passe

factor-recovery-stopped =
    .subject = La récupération a été arrêtée ({ $site })
    .heading = La récupération a été arrêtée
    .told =
        La récupération de votre compte { $site } a été arrêtée, par un lien dans un courriel ou parce que quelqu’un s’est
        connecté avec la seconde étape. Si vous n’avez pas demandé cette récupération, définissez un nouveau mot de
        passe : quelqu’un d’autre connaît le vôtre.
    .page = Définir un nouveau mot de passe

factor-recovery-completed =
    .subject = Vos secondes étapes ont été supprimées ({ $site })
    .heading = Vos secondes étapes ont été supprimées
    .told =
        Toutes les secondes étapes de la connexion à votre compte { $site } ont été supprimées et toutes les sessions ont
        été fermées. Connectez-vous avec votre mot de passe et activez tout de suite une nouvelle seconde étape.
    .page = Définir un nouveau mot de passe

recovery-prove-contact =
    .subject = Confirmez votre adresse pour l’assistance ({ $site })
    .heading = Confirmez votre adresse pour l’assistance
    .told =
        Quelqu’un a demandé à l’assistance de { $site } de récupérer un compte et a donné cette adresse pour être joint.
        L’assistance examine la demande dès que l’adresse est confirmée.

        Si ce n’était pas vous, ne faites rien : personne n’examinera la demande.
    .link = Confirmer cette adresse
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Aller sur { $site }

recovery-message =
    .subject = L’assistance vous a écrit ({ $site })
    .heading = L’assistance vous a écrit
    .told =
        Votre demande de récupération sur { $site } a reçu un nouveau message. Il ne figure pas dans ce courriel : lisez-le
        là où vous avez fait la demande.

recovery-rejected =
    .subject = Votre demande de récupération a été refusée ({ $site })
    .heading = Votre demande de récupération a été refusée
    .told =
        L’assistance de { $site } n’a pas pu confirmer que le compte est le vôtre.

        Vous pouvez faire appel une fois, là où vous avez fait la demande ; d’autres personnes décident alors.

recovery-appeal-rejected =
    .subject = Votre demande de récupération a été refusée ({ $site })
    .heading = Votre demande de récupération a été refusée
    .told =
        L’assistance de { $site } n’a pas pu confirmer que le compte est le vôtre.

        Cette décision répond à votre appel. Elle est définitive.

recovery-approved =
    .subject = Votre demande de récupération a été acceptée ({ $site })
    .heading = Votre demande de récupération a été acceptée
    .told =
        L’assistance de { $site } a accepté votre demande. Pour votre protection, un délai d’attente s’applique, pendant
        lequel toutes les personnes joignables par le compte sont prévenues et peuvent tout arrêter. Le { $until }, vous
        recevrez un lien pour définir un nouveau mot de passe.

recovery-stopped =
    .subject = Votre demande de récupération a été arrêtée ({ $site })
    .heading = Votre demande de récupération a été arrêtée
    .told =
        La récupération du compte sur { $site } a été arrêtée pendant le délai d’attente, par une personne joignable par
        le compte ou par notre équipe. Rien n’a été modifié.

recovery-lapsed =
    .subject = Votre demande de récupération a été close ({ $site })
    .heading = Votre demande de récupération a été close
    .told =
        Rien ne s’est passé depuis longtemps dans votre demande concernant un compte sur { $site }, et personne ne l’a
        tranchée. Elle est close, et rien n’a été modifié. Ce que vous nous avez envoyé est détruit après un certain
        temps. Vous pouvez faire une nouvelle demande.

recovery-handed-over =
    .subject = Votre compte est récupéré ({ $site })
    .heading = Votre compte est récupéré
    .told =
        Votre compte sur { $site } est de nouveau le vôtre. Ses seconds facteurs ont été supprimés et toutes ses sessions
        fermées.

        Définissez un nouveau mot de passe, puis activez tout de suite un second facteur.
    .link = Définir un nouveau mot de passe
    .terms =
        Le lien fonctionne pendant { $hours ->
            [one] { $hours } heure
           *[other] { $hours } heures
        } et une seule fois.
    .page = Demander un lien pour définir un nouveau mot de passe

recovery-warning =
    .subject = Votre compte va être remis à quelqu’un ({ $site })
    .heading = Votre compte va être remis à quelqu’un
    .told =
        Quelqu’un qui affirme que votre compte sur { $site } est le sien a présenté des documents à notre assistance, et
        celle-ci a accepté. Tous les seconds facteurs seront supprimés et un nouveau mot de passe sera défini.
    .advice-heading = Vous n’avez rien demandé ?
    .advice =
        Arrêtez tout avec le lien ci-dessous. Votre compte reste alors exactement tel qu’il est. Vous connecter avec votre
        second facteur arrête aussi la procédure.
    .link = Tout arrêter : ce compte est le mien
    .terms = Le lien fonctionne jusqu’au { $until }. Une confirmation vous est demandée avant toute action.
    .page = Aller sur { $site }

recovery-lost =
    .subject = Votre compte a été remis à quelqu’un ({ $site })
    .heading = Votre compte a été remis à quelqu’un
    .told =
        Après le délai d’attente, l’assistance a remis votre compte sur { $site } à la personne qui l’avait demandé. Cette
        adresse et ce numéro n’y sont plus rattachés, ou ses seconds facteurs ont été supprimés.

        Si vous n’avez rien demandé, adressez-vous tout de suite à notre assistance.

code-by-sms =
    .subject = Un code pour votre compte { $site }
    .heading = Un code a été demandé
    .told = Un code par SMS a été demandé sur { $site }.

## SMS : lettres de l’alphabet GSM seulement, où manquent ç, ê et l’apostrophe courbe

sms =
    .sign-in = { $code } est votre code { $site } pour vous connecter. Ne le donnez à personne.
    .reauthentication = { $code } est votre code { $site } pour confirmer votre identité. Ne le donnez à personne.
    .factor-recovery = { $code } est votre code { $site } pour supprimer les secondes étapes perdues. Ne le donnez à personne.
    .number = { $code } est votre code { $site } pour confirmer ce numéro. Ne le donnez à personne.
    .enrolment = { $code } est votre code { $site } pour activer les codes par SMS. Ne le donnez à personne.

sms-recovery =
    .warning = { $site } : le support va remettre votre compte à un tiers le { $until }. Pas vous ? Pour tout bloquer : { $link }
    .lost = { $site } : le support a remis votre compte à un tiers. Pas à votre demande ? Contactez le support sans attendre.

## Pages

page-verify =
    .title = Confirmez votre adresse électronique
    .text = Appuyez sur le bouton pour confirmer que cette adresse est la vôtre.
    .button = Confirmer l’adresse

page-verified =
    .title = Adresse confirmée
    .text = Votre adresse est confirmée. Vous pouvez maintenant vous connecter.

page-reset =
    .title = Définissez un nouveau mot de passe
    .text =
        Toutes les sessions de votre compte se ferment dès que le nouveau mot de passe est défini. Le second facteur reste
        inchangé.
    .new-password =
        Nouveau mot de passe (au moins { $least ->
            [one] { $least } caractère
           *[other] { $least } caractères
        })
    .button = Définir le mot de passe

page-reset-done =
    .title = Mot de passe défini
    .text =
        Votre nouveau mot de passe est défini et toutes les sessions sont fermées. Utilisez-le maintenant pour vous
        connecter.

page-not-me =
    .title = Ce n’était pas moi
    .text =
        Appuyez sur le bouton si vous n’êtes pas à l’origine de ce dont parle le courriel. Votre compte est aussitôt
        verrouillé, toutes les sessions se ferment et personne ne peut se connecter.

        Pour le rouvrir, vous définissez un nouveau mot de passe au moyen d’un lien que nous vous envoyons.
    .button = Verrouiller mon compte

page-locked =
    .title = Compte verrouillé
    .text =
        Votre compte est verrouillé et toutes les sessions sont fermées. Un courriel vous indique comment le rouvrir.

page-forgot =
    .title = Mot de passe oublié ?
    .text = Nous vous envoyons un lien pour en définir un nouveau.
    .identifier = Adresse électronique ou numéro d’utilisateur
    .malformed = Ce n’est ni une adresse électronique ni un numéro d’utilisateur.
    .button = Envoyer le lien

page-forgot-done =
    .title = Consultez votre messagerie
    .text = Si un tel compte existe, un courriel contenant un lien est en route.

page-setup =
    .title = Créer le premier opérateur
    .text = L’opérateur se connecte avec ce compte.
    .email = Adresse électronique
    .malformed = Ce n’est pas une adresse électronique.
    .password =
        Mot de passe (au moins { $least ->
            [one] { $least } caractère
           *[other] { $least } caractères
        })
    .button = Créer l’opérateur

page-setup-done =
    .title = Opérateur créé
    .text =
        Connectez-vous avec cette adresse et activez une application d’authentification : les opérateurs ont besoin d’un
        second facteur.

page-confirm-sign-in =
    .title = Est-ce vous ?
    .text =
        Quelqu’un qui connaît votre mot de passe se connecte, depuis un endroit ou un réseau d’où vous ne vous étiez jamais
        connecté :
    .warning =
        Ne confirmez que si c’est vous, en ce moment même, sur cet appareil. Personne d’autre n’a besoin de votre
        confirmation, quoi qu’on vous dise.
    .approve = Oui, c’est moi : laisser entrer cet appareil
    .deny = Non, ce n’est pas moi : verrouiller mon compte
    .locking =
        Si vous verrouillez votre compte, toutes les sessions sont fermées et personne ne peut se connecter. Vous le
        rouvrez avec un nouveau mot de passe, grâce à un lien que nous vous envoyons par courriel.

page-sign-in-confirmed =
    .title = Connexion confirmée
    .text = L’appareil qui attendait continue de lui-même. Personne n’est connecté sur celui-ci.

page-confirm-email =
    .title = Confirmez votre nouvelle adresse électronique
    .text =
        Appuyez sur le bouton pour vous connecter désormais avec cette adresse. Vos autres sessions sont fermées.
        L’ancienne adresse est prévenue et permet d’annuler le changement pendant quelques jours.
    .button = Confirmer l’adresse

page-confirm-email-done =
    .title = Adresse confirmée
    .text = Désormais, vous vous connectez avec cette adresse.

page-confirm-recovery-email =
    .title = Confirmez votre adresse de récupération
    .text =
        Appuyez sur le bouton pour confirmer que cette adresse est la vôtre et doit être votre adresse de récupération.
    .button = Confirmer l’adresse

page-confirm-recovery-email-done =
    .title = Adresse confirmée
    .text = C’est maintenant votre adresse de récupération.

page-undo-email-change =
    .title = Annuler le changement d’adresse électronique
    .text =
        Appuyez sur le bouton si vous n’êtes pas à l’origine du changement. L’ancienne adresse redevient celle du compte,
        toutes les sessions sont fermées et le compte est verrouillé.

        Pour le rouvrir, vous définissez un nouveau mot de passe avec un lien que nous envoyons à l’ancienne adresse.
    .button = Annuler le changement

page-undo-email-change-done =
    .title = Changement annulé
    .text =
        L’ancienne adresse est de nouveau celle du compte et toutes les sessions ont été fermées. Nous vous avons envoyé un
        courriel qui explique comment retrouver l’accès.

page-prove-recovery =
    .title = Récupérez votre compte
    .text =
        Appuyez sur le bouton pour confirmer que c’est bien vous qui avez perdu toutes les secondes étapes de la connexion.
    .button = C’est moi

page-prove-recovery-done =
    .title = Confirmé
    .text = Suivez aussi le lien que nous avons envoyé à votre autre adresse, si vous ne l’avez pas encore fait.

page-stop-factor-recovery =
    .title = Arrêter la récupération
    .text =
        Appuyez sur le bouton si la demande ne vient pas de vous. Vos secondes étapes de connexion restent inchangées.
        L’auteur de la demande connaît votre mot de passe : définissez-en un nouveau.
    .button = Arrêter la récupération

page-stop-factor-recovery-done =
    .title = Récupération arrêtée
    .text = Rien ne change. Définissez maintenant un nouveau mot de passe : quelqu’un d’autre connaît le vôtre.

page-complete-recovery =
    .title = Supprimer mes secondes étapes
    .text =
        Toutes les secondes étapes de la connexion à votre compte sont supprimées et toutes les sessions sont fermées.
        Connectez-vous ensuite avec votre mot de passe et activez tout de suite une nouvelle seconde étape.
    .identifier = Adresse électronique ou numéro d’utilisateur
    .password = Mot de passe
    .wrong = L’identifiant ou le mot de passe est incorrect.
    .button = Supprimer mes secondes étapes

page-complete-recovery-done =
    .title = Secondes étapes supprimées
    .text = Connectez-vous avec votre mot de passe et activez tout de suite une nouvelle seconde étape.

page-recovery-contact =
    .title = Confirmez votre adresse pour l’assistance
    .text = Appuyez sur le bouton pour confirmer que l’assistance peut vous joindre à cette adresse.
    .button = Confirmer l’adresse

page-recovery-contact-done =
    .title = Adresse confirmée
    .text =
        L’assistance examine maintenant votre demande. Ajoutez vos documents là où vous l’avez faite.

page-stop-recovery =
    .title = Garder mon compte
    .text =
        Appuyez sur le bouton si vous n’avez pas demandé à l’assistance de récupérer votre compte. Il reste alors tel qu’il
        est.
    .button = Arrêter la récupération

page-stop-recovery-done =
    .title = Procédure arrêtée
    .text = Rien n’a été modifié dans votre compte.

page-dead-link =
    .title = Le lien ne fonctionne plus
    .text = Il a expiré, a déjà été utilisé ou a été remplacé par un plus récent. Demandez-en un nouveau.

page-too-many =
    .title = Trop de tentatives
    .text = Patientez un peu, puis réessayez.

page-failed =
    .title = Cela n’a pas fonctionné
    .text = Rien n’a été modifié. Réessayez dans un instant.

password =
    .too-short =
        Choisissez un autre mot de passe : il doit comporter au moins { $least ->
            [one] { $least } caractère
           *[other] { $least } caractères
        }.
    .too-long = Choisissez un autre mot de passe : celui-ci est trop long.
    .common = Choisissez un autre mot de passe : celui-ci est parmi les plus courants.
    .repetition = Choisissez un autre mot de passe : celui-ci répète un seul caractère.
    .own-name =
        Choisissez un autre mot de passe : celui-ci est votre adresse, votre nom ici ou le nom de ce site.
    .breached =
        Choisissez un autre mot de passe : celui-ci est connu par une fuite de données, ici ou ailleurs.
    .used-before = Choisissez un autre mot de passe : vous avez déjà utilisé celui-ci ici.
