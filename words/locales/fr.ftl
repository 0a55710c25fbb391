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

account-unlocked =
    .subject = Votre compte { $site } est déverrouillé
    .heading = Votre compte est déverrouillé
    .told = Votre compte { $site } a été déverrouillé. Vous pouvez de nouveau vous connecter.

code-by-sms =
    .subject = Un code pour votre compte { $site }
    .heading = Un code a été demandé
    .told = Un code par SMS a été demandé sur { $site }.

## SMS : lettres de l’alphabet GSM seulement, où manquent ç, ê et l’apostrophe courbe

sms =
    .sign-in = { $code } est votre code { $site } pour vous connecter. Ne le donnez à personne.
    .reauthentication = { $code } est votre code { $site } pour confirmer votre identité. Ne le donnez à personne.
    .number = { $code } est votre code { $site } pour confirmer ce numéro. Ne le donnez à personne.
    .enrolment = { $code } est votre code { $site } pour activer les codes par SMS. Ne le donnez à personne.

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
