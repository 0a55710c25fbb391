# English. Every other language has the same messages, parts and variables; a test compares them.
#
# $site is the name of the site. Parts of a mail: subject, heading, told (paragraphs, a blank line between them),
# advice-heading and advice, link (what the mailed link does), terms (how long it works), page (a page of the site,
# where there is no link).

## Moments and what all mails have in common

moment = { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }, { $time } UTC

mail =
    .details = Details
    .when = When
    .device = Device
    .device-name = { $browser } on { $system }
    .place = Place
    .place-estimated = { $place } (estimated)
    .address = Network address
    .network = Network
    .reason = Reason
    .approved = Approved
    .handed-over = Handed over
    .unknown = unknown
    .closing =
        You get this e-mail because this address was given to { $site }. It was sent automatically.

        { $site } never asks for your password or a code by e-mail or telephone.

# What to do about something that its owner may not have done. With and without a link in the mail.
disown =
    .heading = Was this not you?
    .sign-in =
        If this sign-in was yours, you need not do anything. If not, tell us with the link below: we lock the
        account and end all its sessions at once, and you set a new password.
    .sign-in-alone = If this sign-in was yours, you need not do anything. If not, set a new password at once.
    .change =
        If this change was yours, you need not do anything. If not, tell us with the link below: we lock the
        account and end all its sessions at once, and you set a new password.
    .change-alone = If this change was yours, you need not do anything. If not, set a new password at once.
    .link = This was not me: lock my account
    .terms =
        The link works until { $until } and only once. You are asked to confirm before anything happens.
    .terms-open =
        The link works for a limited time and only once. You are asked to confirm before anything happens.
    .page = Set a new password

## Mails

verify-email =
    .subject = Confirm your e-mail address for { $site }
    .heading = Confirm your e-mail address
    .told =
        This address was given for an account at { $site }. Please confirm that it is yours.

        If it was not you, do nothing: without your confirmation the address is not used.
    .link = Confirm this e-mail address
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Go to { $site } to ask for a link

already-registered =
    .subject = You already have an account at { $site }
    .heading = You already have an account
    .told =
        Somebody tried to register at { $site } with this address. It already has an account there, so nothing was
        changed.

        If it was you, sign in as usual. If you do not know your password any more, set a new one.

        If it was not you, you need not do anything. Whoever it was has not been told that you have an account.
    .page = Set a new password

reset-password =
    .subject = Set a new password for { $site }
    .heading = Set a new password
    .told = Somebody asked to set a new password for your { $site } account.
    .advice-heading = Was this not you?
    .advice =
        If you did not ask for this, do nothing: your password stays as it is. Do not pass the link on to anybody.
    .link = Set a new password
    .terms =
        The link works for { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        } and only once.
    .page = Ask for a link to set a new password

new-device =
    .subject = New sign-in to your { $site } account
    .heading = New sign-in to your account
    .told = Somebody signed in to your { $site } account from a device that has not been used before.

password-changed =
    .subject = Your { $site } password was changed
    .heading = Your password was changed
    .told =
        The password of your { $site } account was changed { $by ->
            [link] over a link in an e-mail to this address
           *[session] by somebody who was signed in
        }.

password-change-required =
    .subject = Set a new password for { $site }
    .heading = You need a new password
    .told =
        The password of your { $site } account does not work any more. { $reason ->
            [short] It was used together with a second step. There is none any more, and alone it is too short.
           *[compromised] There are signs that somebody else may know it.
        }

        All sessions were ended.
    .advice-heading = What to do now
    .advice = Set a new password. If you used the old one elsewhere too, change it there as well.
    .link = Set a new password
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Ask for a link to set a new password

totp-enrolled =
    .subject = An authenticator app was set up ({ $site })
    .heading = An authenticator app was set up
    .told = An authenticator app was set up as the second step of signing in to your { $site } account.

totp-removed =
    .subject = The authenticator app was removed ({ $site })
    .heading = The authenticator app was removed
    .told =
        The authenticator app was removed from your { $site } account. Signing in no longer asks for its codes.

recovery-codes-generated =
    .subject = New recovery codes were made ({ $site })
    .heading = New recovery codes were made
    .told = New recovery codes were made for your { $site } account. Any earlier codes no longer work.

recovery-code-used =
    .subject = A recovery code was used ({ $site })
    .heading = A recovery code was used
    .told =
        A recovery code was used to sign in to your { $site } account. { $left ->
            [0] No codes are left: make new ones.
            [one] You have { $left } code left.
           *[other] You have { $left } codes left.
        }

sms-enrolled =
    .subject = Codes by text message were set up ({ $site })
    .heading = Codes by text message were set up
    .told = Codes by text message were set up as the second step of signing in to your { $site } account.

sms-removed =
    .subject = Codes by text message were removed ({ $site })
    .heading = Codes by text message were removed
    .told = Codes by text message are no longer the second step of signing in to your { $site } account.

passkey-enrolled =
    .subject = A passkey was added ({ $site })
    .heading = A passkey was added
    .told = A passkey was added to your { $site } account. It signs in without your password.

passkey-removed =
    .subject = A passkey was removed ({ $site })
    .heading = A passkey was removed
    .told = A passkey was removed from your { $site } account. It no longer signs in there.

passkey-copy-suspected =
    .subject = A passkey was refused ({ $site })
    .heading = A passkey was refused
    .told =
        Somebody tried to sign in to your { $site } account with a passkey of yours, or a copy of it: the passkey did
        not count on from its last use, so it was refused. If this happens while you sign in yourself, remove that
        passkey and add it anew.

phone-set =
    .subject = A phone number was set ({ $site })
    .heading = A phone number was set
    .told =
        The phone number { $number } was confirmed for your { $site } account. It replaces any earlier number, and can
        be used to sign in.

phone-removed =
    .subject = The phone number was removed ({ $site })
    .heading = The phone number was removed
    .told =
        The phone number { $number } was removed from your { $site } account. It can no longer be used to sign in.

account-locked-by-owner =
    .subject = Your { $site } account is locked
    .heading = Your account is locked
    .told =
        Your { $site } account was locked because a link in one of our e-mails was used to say that something was not
        done by you.

        All its sessions were ended. Nobody can sign in until it is opened again.
    .advice-heading = What to do now
    .advice =
        To open the account again, set a new password. If it was not you who used the link, do the same, and look after
        your mailbox: somebody else can read it.
    .page = Set a new password

account-locked-by-staff =
    .subject = Your { $site } account is locked
    .heading = Your account is locked
    .told =
        Your { $site } account was locked by our staff.

        All its sessions were ended. Nobody can sign in until it is opened again.
    .advice-heading = What to do now
    .advice = To have it opened again, turn to our support. A new password does not lift this lock.

# Alerts. What was done because of one.
response =
    .step-up =
        To be on the safe side, changes to the account need a new proof of identity for a day, and sign-ins on new
        devices have to be confirmed by e-mail.
    .end-session = All sessions of the account were ended. Please sign in again.
    .hold =
        For a day, password, addresses and second step cannot be changed from within the account. All that anybody asked
        for in that way waits.

suspicion-guesses =
    .subject = Somebody is guessing at your { $site } account
    .heading = Somebody is guessing at your account
    .told = { $cause ->
            [codes]
                Somebody entered many wrong codes for your { $site } account. Whoever gets that far knows your password.
           *[passwords]
                Somebody entered many wrong passwords for your { $site } account. We slow them down; they did not get in
                by that. You can go on using your devices as ever.
        }
    .advice-heading = What to do now
    .advice =
        If it was you, you need not do anything. If you use the same password elsewhere, or if it may be known to
        somebody, set a new one.
    .page = Set a new password

suspicion-sign-in =
    .subject = Something unusual in your { $site } account
    .heading = Something unusual in your account
    .told = { $cause ->
            [session]
                A session of your { $site } account went on from another network and with another browser or system.
           *[sign-in] Somebody signed in to your { $site } account in an unusual way.
        }

suspicion-change =
    .subject = Check the latest changes to your { $site } account
    .heading = Check the latest changes to your account
    .told = { $cause ->
            [number]
                Somebody used a phone number that was changed a short while ago to get into your { $site } account.
           *[recovery]
                Ways back into your { $site } account were used or changed in a way that thieves do.
        }

account-locked-by-alert =
    .subject = Your { $site } account is locked for its protection
    .heading = Your account is locked for its protection
    .told =
        Your { $site } account was locked { $cause ->
            [campaign] because somebody signed in on a new device right after many passwords had been tried
            [storm] because a second step was accepted after many requests that were not
            [takeover] because ways back into it were changed right after a sign-in on a new device
           *[signs] because several independent signs say that somebody else is in it
        }.

        All its sessions were ended. Nobody can sign in until it is opened again.
    .advice-heading = What to do now
    .advice =
        To open the account again, set a new password. Do it too if all of that was you: we could not tell.
    .page = Set a new password

account-unlocked =
    .subject = Your { $site } account is unlocked
    .heading = Your account is unlocked
    .told = Your { $site } account was unlocked. You can sign in again.

confirm-sign-in =
    .subject = Is this you? A sign-in to { $site } waits for you
    .heading = A sign-in waits for you
    .told =
        Somebody who knows your password is signing in to your { $site } account, from where you have not signed in
        before. They are not in: the sign-in waits until you confirm it.
    .advice-heading = What to do now
    .advice =
        If it is you, open the link and confirm. The device that waits goes on by itself.

        If it is not you, open the link and say so: we lock the account at once. If the link does not work any more, set
        a new password. Do not confirm because somebody asks you to.
    .link = Look at the sign-in: confirm it, or lock my account
    .terms =
        The link works for { $minutes ->
            [one] { $minutes } minute
           *[other] { $minutes } minutes
        } and only once. You are asked before anything happens.
    .page = Set a new password

prove-email =
    .subject = Confirm your new e-mail address ({ $site })
    .heading = Confirm your new e-mail address
    .told =
        This address is to be the new e-mail address of an account at { $site }.

        If you do not know of it, do nothing: without your confirmation the address is not used.
    .link = Confirm this e-mail address
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Go to { $site } to ask for a link

prove-recovery-email =
    .subject = Confirm your recovery address ({ $site })
    .heading = Confirm your recovery address
    .told =
        This address is to be the recovery address of an account at { $site }.

        If you do not know of it, do nothing: without your confirmation the address is not used.
    .link = Confirm this e-mail address
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Go to { $site } to ask for a link

email-changed =
    .subject = Your e-mail address was changed ({ $site })
    .heading = Your e-mail address was changed
    .told =
        The e-mail address of your { $site } account is now { $address }. The old one can no longer be used to sign in.

# What to do about a change of the address. The link is in the mail to the old one.
undo-address =
    .heading = Was this not you?
    .change =
        If this change was yours, you need not do anything. If not, undo it with the link below: this address is the
        account's again, all sessions end at once, and you set a new password.
    .change-alone =
        If this change was yours, you need not do anything. If not, look for our mail to the old address and undo the
        change with the link in it, or set a new password at once.
    .link = This was not me: undo the change
    .terms =
        The link works until { $until } and only once. You are asked to confirm before anything happens.
    .terms-open =
        The link works for a limited time and only once. You are asked to confirm before anything happens.
    .page = Set a new password

email-restored =
    .subject = Your e-mail address is the old one again ({ $site })
    .heading = Your e-mail address is the old one again
    .told =
        The change of the e-mail address of your { $site } account was undone: it is { $address } again.

        Every session has ended and the account is locked. To open it, set a new password over a link that we mail to
        this address.
    .page = Set a new password

recovery-email-set =
    .subject = A recovery address was set ({ $site })
    .heading = A recovery address was set
    .told =
        The recovery address { $address } was confirmed for your { $site } account. It replaces any earlier one.

recovery-email-removed =
    .subject = The recovery address was removed ({ $site })
    .heading = The recovery address was removed
    .told = The recovery address { $address } was removed from your { $site } account.

address-wanted-elsewhere =
    .subject = Somebody wanted to use your address at { $site }
    .heading = Somebody wanted to use your address
    .told =
        Somebody who is signed in to another account at { $site } wanted to use this address there. It belongs to your
        account, so nothing was changed.

        If it was you, use another address there. If it was not you, you need not do anything. Whoever it was has not
        been told that you have an account.
    .page = Set a new password

reset-held =
    .subject = A new password was asked for ({ $site })
    .heading = A new password was asked for
    .told =
        Somebody asked to set a new password for your { $site } account.

        Its e-mail address was changed a short while ago. For some days after a change, links that set a password go to
        the address before it, so that nobody can take over an account by changing its address.
    .advice-heading = Was this not you?
    .advice = If you did not ask for this, do nothing: your password stays as it is.
    .page = Ask again later

factor-recovery-prove =
    .subject = Confirm that you have lost your second step ({ $site })
    .heading = Confirm that you have lost your second step
    .told =
        Somebody who knows the password of your { $site } account says that every second step of signing in is lost. If
        it is you, follow this link, and give one more proof where you are signing in: the link in the mail to your
        recovery address, a recovery code, or a code by text message.
    .link = Confirm that it is me
    .terms = The link works only once. You are asked to confirm before anything happens.
    .page = Set a new password

factor-recovery-requested =
    .subject = Somebody wants to remove your second step ({ $site })
    .heading = Somebody wants to remove your second step
    .told =
        Somebody who knows the password of your { $site } account asks to remove every second step of signing in. If
        it is proved in two ways, that is done after a wait.
    .advice-heading = Was this not you?
    .advice =
        If this was not you, somebody else knows your password. Stop the recovery, then set a new password.
    .link = This was not me: stop it
    .terms = The link works only once. You are asked to confirm before anything happens.
    .page = Set a new password

factor-recovery-scheduled =
    .subject = Your second step will be removed ({ $site })
    .heading = Your second step will be removed
    .told =
        It was proved in two ways that every second step of signing in to your { $site } account is lost. It can be
        removed from { $until } on.
    .advice-heading = Was this not you?
    .advice =
        If this was not you, somebody else knows your password. Stop the recovery, then set a new password.
    .link = This was not me: stop it
    .terms = The link works only once. You are asked to confirm before anything happens.
    .page = Set a new password

factor-recovery-complete =
    .subject = Your way back in ({ $site })
    .heading = Your way back in
    .told =
        From { $from } on, the link below removes every second step of signing in to your { $site } account. You need
        your password too. Then sign in and set up a new second step at once.
    .link = Remove my second steps
    .terms = The link works only once. You are asked to confirm before anything happens.
    .page = Set a new password

factor-recovery-stopped =
    .subject = The recovery was stopped ({ $site })
    .heading = The recovery was stopped
    .told =
        The recovery of your { $site } account was stopped, by a link in a mail or because somebody signed in with the
        second step. If you did not ask for that recovery, set a new password: somebody else knows yours.
    .page = Set a new password

factor-recovery-completed =
    .subject = Your second steps were removed ({ $site })
    .heading = Your second steps were removed
    .told =
        Every second step of signing in to your { $site } account was removed, and every session has ended. Sign in with
        your password, and set up a new second step at once.
    .page = Set a new password

recovery-prove-contact =
    .subject = Confirm your address for support ({ $site })
    .heading = Confirm your address for support
    .told =
        Somebody asked the support of { $site } to recover an account, and gave this address to be reached at. Support
        looks at the request once the address is confirmed.

        If it was not you, do nothing: nobody will look at the request.
    .link = Confirm this address
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Go to { $site }

recovery-message =
    .subject = Support has written to you ({ $site })
    .heading = Support has written to you
    .told =
        There is a new message in your recovery case at { $site }. It is not in this e-mail: read it where you opened the
        case.

recovery-rejected =
    .subject = Your recovery case was rejected ({ $site })
    .heading = Your recovery case was rejected
    .told =
        The support of { $site } could not confirm that the account is yours.

        You can appeal once, where you opened the case; other staff decide then.

recovery-appeal-rejected =
    .subject = Your recovery case was rejected ({ $site })
    .heading = Your recovery case was rejected
    .told =
        The support of { $site } could not confirm that the account is yours.

        This was the decision on your appeal. It is final.

recovery-approved =
    .subject = Your recovery case was approved ({ $site })
    .heading = Your recovery case was approved
    .told =
        The support of { $site } has approved your case. For your protection there is a waiting time, in which everybody
        who can reach the account is told and can stop this. On { $until } you get a link to set a new password.

recovery-stopped =
    .subject = Your recovery case was stopped ({ $site })
    .heading = Your recovery case was stopped
    .told =
        The recovery of the account at { $site } was stopped during the waiting time, by somebody who can reach the
        account or by our staff. Nothing was changed.

recovery-lapsed =
    .subject = Your recovery case was closed ({ $site })
    .heading = Your recovery case was closed
    .told =
        Nothing has happened for a long time in your case about an account at { $site }, and nobody has decided it. It is
        closed now, and nothing was changed. What you sent us is destroyed after a while. You can open a new case.

recovery-handed-over =
    .subject = Your account is recovered ({ $site })
    .heading = Your account is recovered
    .told =
        Your account at { $site } is yours again. Its second factors were removed and all its sessions ended.

        Set a new password, then set up a second factor at once.
    .link = Set a new password
    .terms =
        The link works for { $hours ->
            [one] { $hours } hour
           *[other] { $hours } hours
        } and only once.
    .page = Ask for a link to set a new password

recovery-warning =
    .subject = Your account is about to be handed over ({ $site })
    .heading = Your account is about to be handed over
    .told =
        Somebody who says that your account at { $site } is theirs has shown documents to our support, and the support
        has approved it. All second factors will be removed and a new password set.
    .advice-heading = Did you not ask for this?
    .advice =
        Stop it with the link below. Your account then stays exactly as it is. Signing in with your second factor stops
        it too.
    .link = Stop this: the account is mine
    .terms = The link works until { $until }. You are asked to confirm before anything happens.
    .page = Go to { $site }

recovery-lost =
    .subject = Your account was handed over ({ $site })
    .heading = Your account was handed over
    .told =
        After the waiting time, support handed your account at { $site } to the person who had asked for it. This address
        and number no longer belong to it, or its second factors were removed.

        If you did not ask for this, turn to our support at once.

code-by-sms =
    .subject = A code for your { $site } account
    .heading = A code was asked for
    .told = A code by text message was asked for at { $site }.

## Text messages: in letters of the GSM alphabet, short enough for one message

sms =
    .sign-in = { $code } is your { $site } code to sign in. Give it to nobody, whoever asks.
    .reauthentication = { $code } is your { $site } code to confirm that it is you. Give it to nobody, whoever asks.
    .factor-recovery = { $code } is your { $site } code to remove lost second steps. Give it to nobody, whoever asks.
    .number = { $code } is your { $site } code to confirm this number. Give it to nobody, whoever asks.
    .enrolment = { $code } is your { $site } code to set up codes by text message. Give it to nobody, whoever asks.

sms-recovery =
    .warning = { $site }: support will hand your account to somebody else on { $until }. Not you? Stop it: { $link }
    .lost = { $site }: support has handed your account over. If you did not ask for this, turn to our support at once.

## Pages

page-verify =
    .title = Confirm your e-mail address
    .text = Press the button to confirm that this address is yours.
    .button = Confirm address

page-verified =
    .title = Address confirmed
    .text = Your address is confirmed. You can sign in now.

page-reset =
    .title = Set a new password
    .text =
        Every session of your account ends when the new password is set. A second factor stays as it is.
    .new-password =
        New password (at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        })
    .button = Set password

page-reset-done =
    .title = Password set
    .text = Your new password is set and every session has ended. Sign in with it now.

page-not-me =
    .title = This was not me
    .text =
        Press the button if what the mail told you of was not you. Your account is locked at once, every session
        ends, and nobody can sign in.

        To open it again, you set a new password over a link that we mail to you.
    .button = Lock my account

page-locked =
    .title = Account locked
    .text = Your account is locked and every session has ended. We have mailed you the way back.

page-forgot =
    .title = Forgot your password?
    .text = We mail you a link to set a new one.
    .identifier = E-mail address or user number
    .malformed = That is no e-mail address or user number.
    .button = Send link

page-forgot-done =
    .title = Look into your mail
    .text = If there is such an account, a mail with a link is on its way.

page-setup =
    .title = Set up the first operator
    .text = The operator signs in with this account.
    .email = E-mail address
    .malformed = That is no e-mail address.
    .password =
        Password (at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        })
    .button = Create operator

page-setup-done =
    .title = Operator set up
    .text =
        Sign in with this address and enrol an authenticator app: operators need a second factor.

page-confirm-sign-in =
    .title = Is this you?
    .text = Somebody who knows your password is signing in, from where you have not signed in before:
    .warning =
        Confirm only if it is you, at this moment, on that device. Nobody else needs you to confirm, whatever they tell
        you.
    .approve = Yes, this is me: let that device in
    .deny = No, this is not me: lock my account
    .locking =
        If you lock your account, every session ends and nobody can sign in. You open it again with a new password, over
        a link that we mail to you.

page-sign-in-confirmed =
    .title = Sign-in confirmed
    .text = The device that asked goes on by itself. Nobody is signed in on this one.

page-confirm-email =
    .title = Confirm your new e-mail address
    .text =
        Press the button to make this address the one that you sign in with. Your other sessions end. The old address is
        told, and can undo the change for some days.
    .button = Confirm address

page-confirm-email-done =
    .title = Address confirmed
    .text = From now on you sign in with this address.

page-confirm-recovery-email =
    .title = Confirm your recovery address
    .text = Press the button to confirm that this address is yours and is to be your recovery address.
    .button = Confirm address

page-confirm-recovery-email-done =
    .title = Address confirmed
    .text = It is your recovery address now.

page-undo-email-change =
    .title = Undo the change of e-mail address
    .text =
        Press the button if the change was not yours. The old address is the account's again, every session ends, and the
        account is locked.

        To open it again, you set a new password over a link that we mail to the old address.
    .button = Undo the change

page-undo-email-change-done =
    .title = Change undone
    .text =
        The old address is the account's again, and every session has ended. We have mailed you the way back.

page-prove-recovery =
    .title = Recover your account
    .text = Press the button to confirm that it is you who has lost every second step of signing in.
    .button = It is me

page-prove-recovery-done =
    .title = Confirmed
    .text = Follow the link that we mailed to your other address too, if you have not yet.

page-stop-factor-recovery =
    .title = Stop the recovery
    .text =
        Press the button if it was not you who asked. Your second steps of signing in stay as they are. Whoever asked
        knows your password: set a new one.
    .button = Stop the recovery

page-stop-factor-recovery-done =
    .title = Recovery stopped
    .text = Everything stays as it is. Set a new password now: somebody else knows yours.

page-complete-recovery =
    .title = Remove my second steps
    .text =
        Every second step of signing in to your account is removed, and every session ends. Sign in with your password
        then, and set up a new second step at once.
    .identifier = E-mail address or user number
    .password = Password
    .wrong = The identifier or password is wrong.
    .button = Remove my second steps

page-complete-recovery-done =
    .title = Second steps removed
    .text = Sign in with your password, and set up a new second step at once.

page-recovery-contact =
    .title = Confirm your address for support
    .text = Press the button to confirm that support can reach you at this address.
    .button = Confirm address

page-recovery-contact-done =
    .title = Address confirmed
    .text = Support looks at your case now. Add your documents where you opened it.

page-stop-recovery =
    .title = Keep my account
    .text = Press the button if you did not ask support to recover your account. It then stays as it is.
    .button = Stop the recovery

page-stop-recovery-done =
    .title = Stopped
    .text = Nothing about your account was changed.

page-dead-link =
    .title = The link does not work any more
    .text = It has run out, was used before, or a newer one took its place. Ask for a new one.

page-too-many =
    .title = Too many attempts
    .text = Wait a little, then try again.

page-failed =
    .title = That did not work
    .text = Nothing was changed. Try again in a moment.

# Why a new password is refused.
password =
    .too-short =
        Choose another password: it must have at least { $least ->
            [one] { $least } character
           *[other] { $least } characters
        }.
    .too-long = Choose another password: it is too long.
    .common = Choose another password: it is among the most common passwords.
    .repetition = Choose another password: it repeats one character.
    .own-name = Choose another password: it is your address, your name here, or the name of this site.
    .breached = Choose another password: it is known from a breach, here or elsewhere.
    .used-before = Choose another password: you have used it here before.
