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
    .network = Netz
    .reason = Begründung
    .approved = Zugestimmt
    .handed-over = Übergabe
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

password-change-required =
    .subject = Legen Sie ein neues Passwort für { $site } fest
    .heading = Sie brauchen ein neues Passwort
    .told =
        Das Passwort Ihres Kontos bei { $site } funktioniert nicht mehr. { $reason ->
            [short] Es wurde zusammen mit einem zweiten Schritt verwendet. Diesen gibt es nicht mehr, und allein ist das Passwort zu kurz.
           *[compromised] Es gibt Anzeichen dafür, dass jemand anderes es kennt.
        }

        Alle Sitzungen wurden beendet.
    .advice-heading = Was Sie jetzt tun sollten
    .advice =
        Legen Sie ein neues Passwort fest. Wenn Sie das alte auch anderswo verwendet haben, ändern Sie es dort ebenfalls.
    .link = Neues Passwort festlegen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Einen Link für ein neues Passwort anfordern

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

# Warnungen. Was ihretwegen getan wurde.
response =
    .step-up =
        Zur Sicherheit verlangen Änderungen am Konto einen Tag lang einen neuen Nachweis, und Anmeldungen auf neuen
        Geräten müssen per E-Mail bestätigt werden.
    .end-session = Alle Sitzungen des Kontos wurden beendet. Bitte melden Sie sich neu an.
    .hold =
        Einen Tag lang lassen sich Passwort, Adressen und zweiter Schritt im Konto nicht ändern. Alles, was auf diesem
        Weg verlangt wurde, wartet.

suspicion-guesses =
    .subject = Jemand probiert Ihr Konto bei { $site } durch
    .heading = Jemand probiert Ihr Konto durch
    .told = { $cause ->
            [codes]
                Für Ihr Konto bei { $site } wurden viele falsche Codes eingegeben. Wer so weit kommt, kennt Ihr Passwort.
           *[passwords]
                Für Ihr Konto bei { $site } wurden viele falsche Passwörter eingegeben. Wir bremsen das; dadurch ist
                niemand hineingekommen. Ihre Geräte können Sie weiter wie immer benutzen.
        }
    .advice-heading = Was jetzt zu tun ist
    .advice =
        Wenn Sie es selbst waren, müssen Sie nichts tun. Wenn Sie dasselbe Passwort anderswo verwenden oder jemand es
        kennen könnte, legen Sie ein neues fest.
    .page = Neues Passwort festlegen

suspicion-sign-in =
    .subject = Etwas Ungewöhnliches in Ihrem Konto bei { $site }
    .heading = Etwas Ungewöhnliches in Ihrem Konto
    .told = { $cause ->
            [session]
                Eine Sitzung Ihres Kontos bei { $site } ging aus einem anderen Netz und mit einem anderen Browser oder
                System weiter.
           *[sign-in] Jemand hat sich bei Ihrem Konto bei { $site } auf ungewöhnliche Weise angemeldet.
        }

suspicion-change =
    .subject = Prüfen Sie die letzten Änderungen an Ihrem Konto ({ $site })
    .heading = Prüfen Sie die letzten Änderungen an Ihrem Konto
    .told = { $cause ->
            [number]
                Jemand ist mit einer Telefonnummer, die vor kurzem geändert wurde, in Ihr Konto bei { $site } gelangt.
           *[recovery]
                Wege zurück in Ihr Konto bei { $site } wurden so benutzt oder geändert, wie Diebe es tun.
        }

account-locked-by-alert =
    .subject = Ihr Konto bei { $site } ist zu seinem Schutz gesperrt
    .heading = Ihr Konto ist zu seinem Schutz gesperrt
    .told =
        Ihr Konto bei { $site } wurde gesperrt, { $cause ->
            [campaign] weil sich gleich nach vielen Passwortversuchen jemand auf einem neuen Gerät angemeldet hat
            [storm] weil nach vielen abgelehnten Anfragen ein zweiter Schritt angenommen wurde
            [takeover] weil gleich nach einer Anmeldung auf einem neuen Gerät Wege zurück ins Konto geändert wurden
           *[signs] weil mehrere unabhängige Zeichen dafür sprechen, dass jemand anderes darin ist
        }.

        Alle Sitzungen wurden beendet. Niemand kann sich anmelden, bis das Konto wieder geöffnet ist.
    .advice-heading = Was jetzt zu tun ist
    .advice =
        Um das Konto wieder zu öffnen, legen Sie ein neues Passwort fest. Tun Sie das auch, wenn das alles Sie selbst
        waren: Wir konnten es nicht erkennen.
    .page = Neues Passwort festlegen

account-unlocked =
    .subject = Ihr Konto bei { $site } ist wieder offen
    .heading = Ihr Konto ist wieder offen
    .told = Die Sperre Ihres Kontos bei { $site } wurde aufgehoben. Sie können sich wieder anmelden.

confirm-sign-in =
    .subject = Sind Sie das? Eine Anmeldung bei { $site } wartet auf Sie
    .heading = Eine Anmeldung wartet auf Sie
    .told =
        Jemand, der Ihr Passwort kennt, meldet sich bei Ihrem Konto auf { $site } an, und zwar von einem Ort oder Netz aus,
        von dem Sie sich bisher nicht angemeldet haben. Die Anmeldung ist noch nicht erfolgt: Sie wartet auf Ihre
        Bestätigung.
    .advice-heading = Was jetzt zu tun ist
    .advice =
        Wenn Sie es sind, öffnen Sie den Link und bestätigen Sie. Das wartende Gerät macht dann von selbst weiter.

        Wenn Sie es nicht sind, öffnen Sie den Link und sagen Sie es uns: Wir sperren das Konto sofort. Falls der Link
        nicht mehr funktioniert, legen Sie ein neues Passwort fest. Bestätigen Sie nicht, weil jemand Sie darum bittet.
    .link = Anmeldung ansehen: bestätigen oder mein Konto sperren
    .terms =
        Der Link funktioniert { $minutes ->
            [one] { $minutes } Minute
           *[other] { $minutes } Minuten
        } lang und nur einmal. Bevor etwas geschieht, werden Sie gefragt.
    .page = Neues Passwort festlegen

prove-email =
    .subject = Bestätigen Sie Ihre neue E-Mail-Adresse ({ $site })
    .heading = Bestätigen Sie Ihre neue E-Mail-Adresse
    .told =
        Diese Adresse soll die neue E-Mail-Adresse eines Kontos bei { $site } werden.

        Wenn Sie davon nichts wissen, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung wird die Adresse nicht verwendet.
    .link = Diese E-Mail-Adresse bestätigen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Auf { $site } einen Link anfordern

prove-recovery-email =
    .subject = Bestätigen Sie Ihre Wiederherstellungsadresse ({ $site })
    .heading = Bestätigen Sie Ihre Wiederherstellungsadresse
    .told =
        Diese Adresse soll die Wiederherstellungsadresse eines Kontos bei { $site } werden.

        Wenn Sie davon nichts wissen, brauchen Sie nichts zu tun: Ohne Ihre Bestätigung wird die Adresse nicht verwendet.
    .link = Diese E-Mail-Adresse bestätigen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Auf { $site } einen Link anfordern

email-changed =
    .subject = Ihre E-Mail-Adresse wurde geändert ({ $site })
    .heading = Ihre E-Mail-Adresse wurde geändert
    .told =
        Die E-Mail-Adresse Ihres Kontos bei { $site } lautet jetzt { $address }. Mit der alten können Sie sich nicht mehr
        anmelden.

undo-address =
    .heading = Waren Sie das nicht?
    .change =
        Wenn diese Änderung von Ihnen stammt, brauchen Sie nichts zu tun. Falls nicht, machen Sie sie über den
        untenstehenden Link rückgängig: Diese Adresse gehört dann wieder zum Konto, alle Sitzungen enden sofort, und Sie
        legen ein neues Passwort fest.
    .change-alone =
        Wenn diese Änderung von Ihnen stammt, brauchen Sie nichts zu tun. Falls nicht, suchen Sie unsere E-Mail an die
        alte Adresse und machen Sie die Änderung über den Link darin rückgängig, oder legen Sie sofort ein neues Passwort
        fest.
    .link = Das war ich nicht: Änderung rückgängig machen
    .terms =
        Der Link funktioniert bis zum { $until } und nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung
        gebeten.
    .terms-open =
        Der Link funktioniert nur für begrenzte Zeit und nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung
        gebeten.
    .page = Neues Passwort festlegen

email-restored =
    .subject = Ihre alte E-Mail-Adresse gilt wieder ({ $site })
    .heading = Ihre alte E-Mail-Adresse gilt wieder
    .told =
        Die Änderung der E-Mail-Adresse Ihres Kontos bei { $site } wurde rückgängig gemacht: Sie lautet wieder
        { $address }.

        Alle Sitzungen wurden beendet, und das Konto ist gesperrt. Um es zu öffnen, legen Sie über einen Link, den wir an
        diese Adresse senden, ein neues Passwort fest.
    .page = Neues Passwort festlegen

recovery-email-set =
    .subject = Eine Wiederherstellungsadresse wurde festgelegt ({ $site })
    .heading = Eine Wiederherstellungsadresse wurde festgelegt
    .told =
        Die Wiederherstellungsadresse { $address } wurde für Ihr Konto bei { $site } bestätigt. Sie ersetzt eine etwaige
        frühere.

recovery-email-removed =
    .subject = Die Wiederherstellungsadresse wurde entfernt ({ $site })
    .heading = Die Wiederherstellungsadresse wurde entfernt
    .told = Die Wiederherstellungsadresse { $address } wurde von Ihrem Konto bei { $site } entfernt.

address-wanted-elsewhere =
    .subject = Jemand wollte Ihre Adresse bei { $site } verwenden
    .heading = Jemand wollte Ihre Adresse verwenden
    .told =
        Jemand, der bei { $site } mit einem anderen Konto angemeldet ist, wollte dort diese Adresse verwenden. Sie gehört
        zu Ihrem Konto, daher wurde nichts geändert.

        Wenn Sie das waren, verwenden Sie dort eine andere Adresse. Wenn Sie es nicht waren, brauchen Sie nichts zu tun.
        Wer es auch war, hat nicht erfahren, dass Sie ein Konto haben.
    .page = Neues Passwort festlegen

reset-held =
    .subject = Ein neues Passwort wurde angefordert ({ $site })
    .heading = Ein neues Passwort wurde angefordert
    .told =
        Jemand möchte ein neues Passwort für Ihr Konto bei { $site } festlegen.

        Die E-Mail-Adresse des Kontos wurde vor Kurzem geändert. Einige Tage lang gehen Links, mit denen ein Passwort
        festgelegt wird, noch an die vorherige Adresse, damit niemand ein Konto übernehmen kann, indem er dessen Adresse
        ändert.
    .advice-heading = Waren Sie das nicht?
    .advice = Wenn Sie das nicht angefordert haben, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.
    .page = Später erneut anfordern

factor-recovery-prove =
    .subject = Bestätigen Sie den Verlust Ihres zweiten Schritts ({ $site })
    .heading = Bestätigen Sie den Verlust Ihres zweiten Schritts
    .told =
        Jemand, der das Passwort Ihres Kontos bei { $site } kennt, gibt an, jeden zweiten Schritt der Anmeldung verloren
        zu haben. Wenn Sie das sind, folgen Sie diesem Link und weisen Sie sich noch auf eine zweite Art aus: mit
        dem Link in der E-Mail an Ihre Wiederherstellungsadresse, einem Wiederherstellungscode oder einem Code per SMS.
    .link = Bestätigen, dass ich es bin
    .terms = Der Link funktioniert nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung gebeten.
    .page = Neues Passwort festlegen

factor-recovery-requested =
    .subject = Jemand möchte Ihren zweiten Schritt entfernen ({ $site })
    .heading = Jemand möchte Ihren zweiten Schritt entfernen
    .told =
        Jemand, der das Passwort Ihres Kontos bei { $site } kennt, möchte jeden zweiten Schritt der Anmeldung entfernen.
        Wenn es auf zwei Arten bestätigt wird, geschieht das nach einer Wartezeit.
    .advice-heading = Waren Sie das nicht?
    .advice =
        Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort. Brechen Sie die Wiederherstellung ab und legen Sie
        dann ein neues Passwort fest.
    .link = Das war ich nicht: abbrechen
    .terms = Der Link funktioniert nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung gebeten.
    .page = Neues Passwort festlegen

factor-recovery-scheduled =
    .subject = Ihr zweiter Schritt wird entfernt ({ $site })
    .heading = Ihr zweiter Schritt wird entfernt
    .told =
        Auf zwei Arten wurde bestätigt, dass jeder zweite Schritt der Anmeldung bei Ihrem Konto auf { $site }
        verloren ist. Frühester Zeitpunkt der Entfernung: { $until }.
    .advice-heading = Waren Sie das nicht?
    .advice =
        Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort. Brechen Sie die Wiederherstellung ab und legen Sie
        dann ein neues Passwort fest.
    .link = Das war ich nicht: abbrechen
    .terms = Der Link funktioniert nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung gebeten.
    .page = Neues Passwort festlegen

factor-recovery-complete =
    .subject = Ihr Weg zurück in Ihr Konto ({ $site })
    .heading = Ihr Weg zurück in Ihr Konto
    .told =
        Der untenstehende Link entfernt jeden zweiten Schritt der Anmeldung bei Ihrem Konto auf { $site }. Er funktioniert
        ab folgendem Zeitpunkt: { $from }. Sie brauchen auch Ihr Passwort. Melden Sie sich danach an und richten Sie
        sofort einen neuen zweiten Schritt ein.
    .link = Meine zweiten Schritte entfernen
    .terms = Der Link funktioniert nur einmal. Bevor etwas geschieht, werden Sie um Bestätigung gebeten.
    .page = Neues Passwort festlegen

factor-recovery-stopped =
    .subject = Die Wiederherstellung wurde abgebrochen ({ $site })
    .heading = Die Wiederherstellung wurde abgebrochen
    .told =
        Die Wiederherstellung Ihres Kontos bei { $site } wurde abgebrochen, über einen Link in einer E-Mail oder weil sich
        jemand mit dem zweiten Schritt angemeldet hat. Wenn Sie diese Wiederherstellung nicht angefordert haben, legen Sie
        ein neues Passwort fest: Jemand anderes kennt Ihres.
    .page = Neues Passwort festlegen

factor-recovery-completed =
    .subject = Ihre zweiten Schritte wurden entfernt ({ $site })
    .heading = Ihre zweiten Schritte wurden entfernt
    .told =
        Jeder zweite Schritt der Anmeldung bei Ihrem Konto auf { $site } wurde entfernt, und alle Sitzungen wurden
        beendet. Melden Sie sich mit Ihrem Passwort an und richten Sie sofort einen neuen zweiten Schritt ein.
    .page = Neues Passwort festlegen

recovery-prove-contact =
    .subject = Bestätigen Sie Ihre Adresse für den Kundendienst ({ $site })
    .heading = Bestätigen Sie Ihre Adresse für den Kundendienst
    .told =
        Jemand hat den Kundendienst von { $site } gebeten, ein Konto wiederherzustellen, und diese Adresse als Kontakt
        angegeben. Der Kundendienst bearbeitet den Antrag, sobald die Adresse bestätigt ist.

        Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Der Antrag wird dann nicht bearbeitet.
    .link = Diese Adresse bestätigen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Zu { $site }

recovery-message =
    .subject = Der Kundendienst hat Ihnen geschrieben ({ $site })
    .heading = Der Kundendienst hat Ihnen geschrieben
    .told =
        Zu Ihrem Antrag auf Wiederherstellung bei { $site } gibt es eine neue Nachricht. Sie steht nicht in dieser E-Mail:
        Lesen Sie sie dort, wo Sie den Antrag gestellt haben.

recovery-rejected =
    .subject = Ihr Antrag auf Wiederherstellung wurde abgelehnt ({ $site })
    .heading = Ihr Antrag auf Wiederherstellung wurde abgelehnt
    .told =
        Der Kundendienst von { $site } konnte nicht bestätigen, dass das Konto Ihnen gehört.

        Sie können einmal Einspruch einlegen, und zwar dort, wo Sie den Antrag gestellt haben. Darüber entscheiden andere
        Mitarbeiter.

recovery-appeal-rejected =
    .subject = Ihr Antrag auf Wiederherstellung wurde abgelehnt ({ $site })
    .heading = Ihr Antrag auf Wiederherstellung wurde abgelehnt
    .told =
        Der Kundendienst von { $site } konnte nicht bestätigen, dass das Konto Ihnen gehört.

        Dies war die Entscheidung über Ihren Einspruch. Sie ist endgültig.

recovery-approved =
    .subject = Ihr Antrag auf Wiederherstellung wurde angenommen ({ $site })
    .heading = Ihr Antrag auf Wiederherstellung wurde angenommen
    .told =
        Der Kundendienst von { $site } hat Ihren Antrag angenommen. Zu Ihrem Schutz gibt es eine Wartezeit, in der alle,
        die über das Konto erreichbar sind, benachrichtigt werden und den Vorgang abbrechen können. Am { $until } erhalten
        Sie einen Link, um ein neues Passwort festzulegen.

recovery-stopped =
    .subject = Ihr Antrag auf Wiederherstellung wurde gestoppt ({ $site })
    .heading = Ihr Antrag auf Wiederherstellung wurde gestoppt
    .told =
        Die Wiederherstellung des Kontos bei { $site } wurde während der Wartezeit gestoppt, von jemandem, der über das
        Konto erreichbar ist, oder von unseren Mitarbeitern. Es wurde nichts geändert.

recovery-lapsed =
    .subject = Ihr Antrag auf Wiederherstellung wurde geschlossen ({ $site })
    .heading = Ihr Antrag auf Wiederherstellung wurde geschlossen
    .told =
        In Ihrem Antrag zu einem Konto bei { $site } ist lange nichts geschehen, und niemand hat über ihn entschieden. Er
        ist nun geschlossen, und es wurde nichts geändert. Was Sie uns geschickt haben, wird nach einiger Zeit
        vernichtet. Sie können einen neuen Antrag stellen.

recovery-handed-over =
    .subject = Ihr Konto ist wiederhergestellt ({ $site })
    .heading = Ihr Konto ist wiederhergestellt
    .told =
        Ihr Konto bei { $site } gehört wieder Ihnen. Seine zweiten Faktoren wurden entfernt und alle Sitzungen beendet.

        Legen Sie ein neues Passwort fest und richten Sie danach sofort einen zweiten Faktor ein.
    .link = Neues Passwort festlegen
    .terms =
        Der Link funktioniert { $hours ->
            [one] { $hours } Stunde
           *[other] { $hours } Stunden
        } lang und nur einmal.
    .page = Einen Link für ein neues Passwort anfordern

recovery-warning =
    .subject = Ihr Konto soll übergeben werden ({ $site })
    .heading = Ihr Konto soll übergeben werden
    .told =
        Jemand, der angibt, dass Ihr Konto bei { $site } ihm gehört, hat unserem Kundendienst Dokumente vorgelegt, und der
        Kundendienst hat zugestimmt. Alle zweiten Faktoren werden entfernt, und ein neues Passwort wird festgelegt.
    .advice-heading = Haben Sie das nicht beantragt?
    .advice =
        Stoppen Sie es über den untenstehenden Link. Ihr Konto bleibt dann genau so, wie es ist. Auch wenn Sie sich mit
        Ihrem zweiten Faktor anmelden, wird es gestoppt.
    .link = Stoppen: Das Konto gehört mir
    .terms = Der Link funktioniert bis zum { $until }. Bevor etwas geschieht, werden Sie um Bestätigung gebeten.
    .page = Zu { $site }

recovery-lost =
    .subject = Ihr Konto wurde übergeben ({ $site })
    .heading = Ihr Konto wurde übergeben
    .told =
        Nach der Wartezeit hat der Kundendienst Ihr Konto bei { $site } der Person übergeben, die es beantragt hatte. Diese
        Adresse und Nummer gehören nicht mehr dazu, oder die zweiten Faktoren wurden entfernt.

        Wenn Sie das nicht beantragt haben, wenden Sie sich sofort an unseren Kundendienst.

code-by-sms =
    .subject = Ein Code für Ihr Konto bei { $site }
    .heading = Ein Code wurde angefordert
    .told = Bei { $site } wurde ein Code per SMS angefordert.

## SMS

sms =
    .sign-in = { $code } ist Ihr Code zum Anmelden bei { $site }. Geben Sie ihn niemandem, egal wer fragt.
    .reauthentication = { $code } ist Ihr Code, um sich bei { $site } auszuweisen. Geben Sie ihn niemandem, egal wer fragt.
    .factor-recovery = { $code } ist Ihr Code, um bei { $site } verlorene zweite Schritte zu entfernen. Geben Sie ihn niemandem, egal wer fragt.
    .number = { $code } ist Ihr Code von { $site } für diese Nummer. Geben Sie ihn niemandem, egal wer fragt.
    .enrolment = { $code } ist Ihr Code, um bei { $site } SMS-Codes einzurichten. Geben Sie ihn niemandem, egal wer fragt.

sms-recovery =
    .warning = { $site }: Der Kundendienst übergibt Ihr Konto am { $until } jemand anderem. Das waren Sie nicht? Hier stoppen: { $link }
    .lost = { $site }: Der Kundendienst hat Ihr Konto übergeben. Nicht von Ihnen beantragt? Wenden Sie sich sofort an uns.

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

page-confirm-sign-in =
    .title = Sind Sie das?
    .text =
        Jemand, der Ihr Passwort kennt, meldet sich an, von einem Ort oder Netz aus, von dem Sie sich bisher nicht
        angemeldet haben:
    .warning =
        Bestätigen Sie nur, wenn Sie es sind, in diesem Augenblick, auf diesem Gerät. Niemand sonst braucht Ihre
        Bestätigung, was man Ihnen auch sagt.
    .approve = Ja, das bin ich: dieses Gerät anmelden
    .deny = Nein, das bin ich nicht: mein Konto sperren
    .locking =
        Wenn Sie Ihr Konto sperren, enden alle Sitzungen, und niemand kann sich anmelden. Sie öffnen es wieder, indem Sie
        über einen Link, den wir Ihnen per E-Mail senden, ein neues Passwort festlegen.

page-sign-in-confirmed =
    .title = Anmeldung bestätigt
    .text = Das wartende Gerät macht von selbst weiter. Auf diesem hier ist niemand angemeldet.

page-confirm-email =
    .title = Bestätigen Sie Ihre neue E-Mail-Adresse
    .text =
        Betätigen Sie die Schaltfläche, damit Sie sich künftig mit dieser Adresse anmelden. Ihre anderen Sitzungen enden. Die
        alte Adresse wird benachrichtigt, und von dort lässt sich die Änderung einige Tage lang rückgängig machen.
    .button = Adresse bestätigen

page-confirm-email-done =
    .title = Adresse bestätigt
    .text = Von jetzt an melden Sie sich mit dieser Adresse an.

page-confirm-recovery-email =
    .title = Bestätigen Sie Ihre Wiederherstellungsadresse
    .text =
        Betätigen Sie die Schaltfläche, um zu bestätigen, dass diese Adresse Ihnen gehört und Ihre Wiederherstellungsadresse
        sein soll.
    .button = Adresse bestätigen

page-confirm-recovery-email-done =
    .title = Adresse bestätigt
    .text = Sie ist jetzt Ihre Wiederherstellungsadresse.

page-undo-email-change =
    .title = Änderung der E-Mail-Adresse rückgängig machen
    .text =
        Betätigen Sie die Schaltfläche, wenn die Änderung nicht von Ihnen stammt. Die alte Adresse gehört dann wieder zum
        Konto, alle Sitzungen enden, und das Konto wird gesperrt.

        Um es wieder zu öffnen, legen Sie über einen Link, den wir an die alte Adresse senden, ein neues Passwort fest.
    .button = Änderung rückgängig machen

page-undo-email-change-done =
    .title = Änderung rückgängig gemacht
    .text =
        Die alte Adresse gehört wieder zum Konto, und alle Sitzungen wurden beendet. Wie es weitergeht, steht in der
        E-Mail, die wir Ihnen gesendet haben.

page-prove-recovery =
    .title = Stellen Sie Ihr Konto wieder her
    .text =
        Betätigen Sie die Schaltfläche, um zu bestätigen, dass Sie es sind, der oder die jeden zweiten Schritt der Anmeldung
        verloren hat.
    .button = Ich bin es

page-prove-recovery-done =
    .title = Bestätigt
    .text =
        Folgen Sie auch dem Link, den wir an Ihre andere Adresse gesendet haben, falls Sie es noch nicht getan haben.

page-stop-factor-recovery =
    .title = Wiederherstellung abbrechen
    .text =
        Betätigen Sie die Schaltfläche, wenn nicht Sie darum gebeten haben. Ihre zweiten Schritte der Anmeldung bleiben, wie
        sie sind. Wer darum gebeten hat, kennt Ihr Passwort: Legen Sie ein neues fest.
    .button = Wiederherstellung abbrechen

page-stop-factor-recovery-done =
    .title = Wiederherstellung abgebrochen
    .text = Alles bleibt, wie es ist. Legen Sie jetzt ein neues Passwort fest: Jemand anderes kennt Ihres.

page-complete-recovery =
    .title = Meine zweiten Schritte entfernen
    .text =
        Jeder zweite Schritt der Anmeldung bei Ihrem Konto wird entfernt, und alle Sitzungen enden. Melden Sie sich danach
        mit Ihrem Passwort an und richten Sie sofort einen neuen zweiten Schritt ein.
    .identifier = E-Mail-Adresse oder Benutzernummer
    .password = Passwort
    .wrong = Adresse, Nummer oder Passwort sind falsch.
    .button = Meine zweiten Schritte entfernen

page-complete-recovery-done =
    .title = Zweite Schritte entfernt
    .text = Melden Sie sich mit Ihrem Passwort an und richten Sie sofort einen neuen zweiten Schritt ein.

page-recovery-contact =
    .title = Bestätigen Sie Ihre Adresse für den Kundendienst
    .text =
        Betätigen Sie die Schaltfläche, um zu bestätigen, dass der Kundendienst Sie unter dieser Adresse erreicht.
    .button = Adresse bestätigen

page-recovery-contact-done =
    .title = Adresse bestätigt
    .text =
        Der Kundendienst bearbeitet jetzt Ihren Antrag. Fügen Sie Ihre Dokumente dort hinzu, wo Sie ihn gestellt haben.

page-stop-recovery =
    .title = Mein Konto behalten
    .text =
        Betätigen Sie die Schaltfläche, wenn Sie den Kundendienst nicht gebeten haben, Ihr Konto wiederherzustellen. Es
        bleibt dann, wie es ist.
    .button = Wiederherstellung stoppen

page-stop-recovery-done =
    .title = Gestoppt
    .text = An Ihrem Konto wurde nichts geändert.

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
