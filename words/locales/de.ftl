# Deutsch, mit förmlicher Anrede. Nachrichten, Teile und Variablen wie in en.ftl.

## Zeitpunkte und was allen E-Mails gemeinsam ist

moment = { $day }. { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    } { $year }, { $time } Uhr (UTC)

mail =
    .details = Einzelheiten
    .when = Zeitpunkt
    .device = Gerät
    .device-name = { $browser } unter { $system }
    .place = Ort
    .place-estimated = { $place } (geschätzt)
    .address = Netzwerkadresse
    .unknown = unbekannt
    .closing =
        Sie erhalten diese E-Mail, weil diese Adresse bei { $site } angegeben wurde. Sie wurde automatisch versandt.

        { $site } fragt Sie niemals per E-Mail oder Telefon nach Ihrem Passwort oder einem Code.

disown =
    .heading = Waren Sie das nicht?
    .sign-in =
        Wenn Sie sich selbst angemeldet haben, brauchen Sie nichts zu tun. Falls nicht, melden Sie es uns über den
        untenstehenden Link: Wir sperren das Konto und beenden sofort alle Sitzungen, und Sie legen ein neues Passwort
        fest.
    .sign-in-alone =
        Wenn Sie sich selbst angemeldet haben, brauchen Sie nichts zu tun. Falls nicht, legen Sie sofort ein neues
        Passwort fest.
    .change =
        Wenn diese Änderung von Ihnen stammt, brauchen Sie nichts zu tun. Falls nicht, melden Sie es uns über den
        untenstehenden Link: Wir sperren das Konto und beenden sofort alle Sitzungen, und Sie legen ein neues Passwort
        fest.
    .change-alone =
        Wenn diese Änderung von Ihnen stammt, brauchen Sie nichts zu tun. Falls nicht, legen Sie sofort ein neues
        Passwort fest.
    .link = Das war ich nicht: Konto sperren
    .terms =
        Der Link funktioniert bis zum { $until } und nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung
        gebeten.
    .terms-open =
        Der Link funktioniert nur für begrenzte Zeit und nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung
        gebeten.
    .page = Neues Passwort festlegen

## E-Mails

verify-email =
    .subject = Bestätigen Sie Ihre E-Mail-Adresse für { $site }
    .heading = Bestätigen Sie Ihre E-Mail-Adresse
    .told =
        Diese Adresse wurde für ein Konto bei { $site } angegeben. Bitte bestätigen Sie, dass sie Ihnen gehört.

        Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung wird die Adresse nicht verwendet.
    .link = Diese E-Mail-Adresse bestätigen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Auf { $site } einen Link anfordern

already-registered =
    .subject = Sie haben bereits ein Konto bei { $site }
    .heading = Sie haben bereits ein Konto
    .told =
        Jemand hat versucht, sich mit dieser Adresse bei { $site } zu registrieren. Zu ihr gibt es dort bereits ein
        Konto, deshalb wurde nichts geändert.

        Wenn Sie das waren, melden Sie sich wie gewohnt an. Falls Sie Ihr Passwort nicht mehr wissen, legen Sie ein
        neues fest.

        Wenn Sie das nicht waren, brauchen Sie nichts zu tun. Der anderen Person wurde nicht mitgeteilt, dass Sie ein
        Konto haben.
    .page = Neues Passwort festlegen

reset-password =
    .subject = Legen Sie ein neues Passwort für { $site } fest
    .heading = Legen Sie ein neues Passwort fest
    .told = Für Ihr Konto bei { $site } wurde ein neues Passwort angefordert.
    .advice-heading = Waren Sie das nicht?
    .advice =
        Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist. Geben Sie den
        Link an niemanden weiter.
    .link = Neues Passwort festlegen
    .terms =
        Der Link funktioniert { $minutes ->
            [one] { $minutes } Minute
           *[other] { $minutes } Minuten
        } lang und nur einmal.
    .page = Einen Link für ein neues Passwort anfordern

new-device =
    .subject = Neue Anmeldung bei Ihrem Konto ({ $site })
    .heading = Neue Anmeldung bei Ihrem Konto
    .told = Jemand hat sich von einem bisher nicht verwendeten Gerät bei Ihrem Konto auf { $site } angemeldet.

password-changed =
    .subject = Ihr Passwort für { $site } wurde geändert
    .heading = Ihr Passwort wurde geändert
    .told =
        Das Passwort Ihres Kontos bei { $site } wurde geändert, und zwar { $by ->
            [link] über einen Link in einer E-Mail an diese Adresse
           *[session] von jemandem, der angemeldet war
        }.

totp-enrolled =
    .subject = Eine Authenticator-App wurde eingerichtet ({ $site })
    .heading = Eine Authenticator-App wurde eingerichtet
    .told =
        Für Ihr Konto bei { $site } wurde eine Authenticator-App als zweiter Schritt der Anmeldung eingerichtet.

totp-removed =
    .subject = Die Authenticator-App wurde entfernt ({ $site })
    .heading = Die Authenticator-App wurde entfernt
    .told =
        Die Authenticator-App wurde von Ihrem Konto bei { $site } entfernt. Ihre Codes werden bei der Anmeldung nicht
        mehr verlangt.

recovery-codes-generated =
    .subject = Neue Wiederherstellungscodes wurden erstellt ({ $site })
    .heading = Neue Wiederherstellungscodes wurden erstellt
    .told =
        Für Ihr Konto bei { $site } wurden neue Wiederherstellungscodes erstellt. Frühere Codes gelten nicht mehr.

recovery-code-used =
    .subject = Ein Wiederherstellungscode wurde verwendet ({ $site })
    .heading = Ein Wiederherstellungscode wurde verwendet
    .told =
        Bei einer Anmeldung bei Ihrem Konto auf { $site } wurde ein Wiederherstellungscode verwendet. { $left ->
            [0] Es sind keine Codes mehr übrig: Erstellen Sie neue.
            [one] Sie haben noch { $left } Code.
           *[other] Sie haben noch { $left } Codes.
        }

sms-enrolled =
    .subject = Codes per SMS wurden eingerichtet ({ $site })
    .heading = Codes per SMS wurden eingerichtet
    .told = Für Ihr Konto bei { $site } wurden Codes per SMS als zweiter Schritt der Anmeldung eingerichtet.

sms-removed =
    .subject = Codes per SMS wurden abgeschaltet ({ $site })
    .heading = Codes per SMS wurden abgeschaltet
    .told = Codes per SMS sind nicht mehr der zweite Schritt der Anmeldung bei Ihrem Konto auf { $site }.

passkey-enrolled =
    .subject = Ein Passkey wurde hinzugefügt ({ $site })
    .heading = Ein Passkey wurde hinzugefügt
    .told =
        Zu Ihrem Konto bei { $site } wurde ein Passkey hinzugefügt. Mit ihm kann man sich ohne Ihr Passwort anmelden.

passkey-removed =
    .subject = Ein Passkey wurde entfernt ({ $site })
    .heading = Ein Passkey wurde entfernt
    .told =
        Ein Passkey wurde von Ihrem Konto bei { $site } entfernt. Mit ihm kann man sich dort nicht mehr anmelden.

passkey-copy-suspected =
    .subject = Ein Passkey wurde abgelehnt ({ $site })
    .heading = Ein Passkey wurde abgelehnt
    .told =
        Jemand hat versucht, sich mit einem Ihrer Passkeys oder einer Kopie davon bei Ihrem Konto auf { $site }
        anzumelden: Der Passkey hat seit seiner letzten Verwendung nicht weitergezählt und wurde deshalb abgelehnt. Wenn
        dies geschieht, während Sie sich selbst anmelden, entfernen Sie diesen Passkey und fügen Sie ihn neu hinzu.

phone-set =
    .subject = Eine Telefonnummer wurde hinterlegt ({ $site })
    .heading = Eine Telefonnummer wurde hinterlegt
    .told =
        Die Telefonnummer { $number } wurde für Ihr Konto bei { $site } bestätigt. Sie ersetzt jede frühere Nummer und
        kann zur Anmeldung verwendet werden.

phone-removed =
    .subject = Die Telefonnummer wurde entfernt ({ $site })
    .heading = Die Telefonnummer wurde entfernt
    .told =
        Die Telefonnummer { $number } wurde von Ihrem Konto bei { $site } entfernt. Sie kann nicht mehr zur Anmeldung
        verwendet werden.

account-locked-by-owner =
    .subject = Ihr Konto bei { $site } ist gesperrt
    .heading = Ihr Konto ist gesperrt
    .told =
        Ihr Konto bei { $site } wurde gesperrt, weil über einen Link in einer unserer E-Mails gemeldet wurde, dass
        etwas nicht von Ihnen stammt.

        Alle Sitzungen wurden beendet. Niemand kann sich anmelden, bis das Konto wieder geöffnet ist.
    .advice-heading = Was jetzt zu tun ist
    .advice =
        Um das Konto wieder zu öffnen, legen Sie ein neues Passwort fest. Wenn nicht Sie den Link verwendet haben, tun
        Sie dasselbe und kümmern Sie sich um Ihr Postfach: Jemand anderes kann darin lesen.
    .page = Neues Passwort festlegen

account-locked-by-staff =
    .subject = Ihr Konto bei { $site } ist gesperrt
    .heading = Ihr Konto ist gesperrt
    .told =
        Ihr Konto bei { $site } wurde von unseren Mitarbeitern gesperrt.

        Alle Sitzungen wurden beendet. Niemand kann sich anmelden, bis das Konto wieder geöffnet ist.
    .advice-heading = Was jetzt zu tun ist
    .advice =
        Um es wieder öffnen zu lassen, wenden Sie sich an unseren Kundendienst. Ein neues Passwort hebt diese Sperre
        nicht auf.

account-unlocked =
    .subject = Ihr Konto bei { $site } ist wieder offen
    .heading = Ihr Konto ist wieder offen
    .told = Die Sperre Ihres Kontos bei { $site } wurde aufgehoben. Sie können sich wieder anmelden.

code-by-sms =
    .subject = Ein Code für Ihr Konto bei { $site }
    .heading = Ein Code wurde angefordert
    .told = Bei { $site } wurde ein Code per SMS angefordert.

## SMS

sms =
    .sign-in = { $code } ist Ihr Code zum Anmelden bei { $site }. Geben Sie ihn niemandem, egal wer fragt.
    .reauthentication = { $code } ist Ihr Code, um sich bei { $site } auszuweisen. Geben Sie ihn niemandem, egal wer fragt.
    .number = { $code } ist Ihr Code von { $site } für diese Nummer. Geben Sie ihn niemandem, egal wer fragt.
    .enrolment = { $code } ist Ihr Code, um bei { $site } SMS-Codes einzurichten. Geben Sie ihn niemandem, egal wer fragt.

## Seiten

page-verify =
    .title = Bestätigen Sie Ihre E-Mail-Adresse
    .text = Bestätigen Sie mit der Schaltfläche, dass diese Adresse Ihnen gehört.
    .button = Adresse bestätigen

page-verified =
    .title = Adresse bestätigt
    .text = Ihre Adresse ist bestätigt. Sie können sich jetzt anmelden.

page-reset =
    .title = Legen Sie ein neues Passwort fest
    .text =
        Sobald das neue Passwort gilt, enden alle Sitzungen Ihres Kontos. Ein zweiter Faktor bleibt, wie er ist.
    .new-password =
        Neues Passwort (mindestens { $least ->
            [one] { $least } Zeichen
           *[other] { $least } Zeichen
        })
    .button = Passwort festlegen

page-reset-done =
    .title = Passwort festgelegt
    .text = Ihr neues Passwort gilt, und alle Sitzungen sind beendet. Melden Sie sich jetzt damit an.

page-not-me =
    .title = Das war ich nicht
    .text =
        Betätigen Sie die Schaltfläche, wenn das, wovon die E-Mail berichtet, nicht von Ihnen stammt. Ihr Konto wird
        sofort gesperrt, alle Sitzungen enden, und niemand kann sich anmelden.

        Um es wieder zu öffnen, legen Sie über einen Link, den wir Ihnen schicken, ein neues Passwort fest.
    .button = Mein Konto sperren

page-locked =
    .title = Konto gesperrt
    .text =
        Ihr Konto ist gesperrt, und alle Sitzungen sind beendet. Wie Sie zurückkommen, haben wir Ihnen per E-Mail
        geschrieben.

page-forgot =
    .title = Passwort vergessen?
    .text = Wir schicken Ihnen einen Link, mit dem Sie ein neues festlegen.
    .identifier = E-Mail-Adresse oder Benutzernummer
    .malformed = Das ist keine E-Mail-Adresse oder Benutzernummer.
    .button = Link schicken

page-forgot-done =
    .title = Sehen Sie in Ihr Postfach
    .text = Wenn es ein solches Konto gibt, ist eine E-Mail mit einem Link unterwegs.

page-setup =
    .title = Ersten Betreiber einrichten
    .text = Der Betreiber meldet sich mit diesem Konto an.
    .email = E-Mail-Adresse
    .malformed = Das ist keine E-Mail-Adresse.
    .password =
        Passwort (mindestens { $least ->
            [one] { $least } Zeichen
           *[other] { $least } Zeichen
        })
    .button = Betreiber anlegen

page-setup-done =
    .title = Betreiber eingerichtet
    .text =
        Melden Sie sich mit dieser Adresse an und richten Sie eine Authenticator-App ein: Betreiber brauchen einen
        zweiten Faktor.

page-dead-link =
    .title = Der Link funktioniert nicht mehr
    .text =
        Er ist abgelaufen, wurde schon verwendet oder durch einen neueren ersetzt. Fordern Sie einen neuen an.

page-too-many =
    .title = Zu viele Versuche
    .text = Warten Sie ein wenig und versuchen Sie es dann noch einmal.

page-failed =
    .title = Das hat nicht geklappt
    .text = Es wurde nichts geändert. Versuchen Sie es in Kürze noch einmal.

password =
    .too-short =
        Wählen Sie ein anderes Passwort: Es muss mindestens { $least ->
            [one] { $least } Zeichen
           *[other] { $least } Zeichen
        } haben.
    .too-long = Wählen Sie ein anderes Passwort: Dieses ist zu lang.
    .common = Wählen Sie ein anderes Passwort: Dieses gehört zu den häufigsten.
    .repetition = Wählen Sie ein anderes Passwort: Dieses wiederholt nur ein Zeichen.
    .own-name =
        Wählen Sie ein anderes Passwort: Dieses ist Ihre Adresse, Ihr Name hier oder der Name dieser Website.
    .breached =
        Wählen Sie ein anderes Passwort: Dieses ist aus einem Datenleck bekannt, von hier oder von anderswo.
    .used-before = Wählen Sie ein anderes Passwort: Dieses haben Sie hier schon einmal verwendet.
