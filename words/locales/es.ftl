# Español, con «usted». Mensajes, partes y variables como en en.ftl.

## Momentos y lo que todos los correos tienen en común

moment = { $day } de { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    } de { $year }, { $time } (UTC)

mail =
    .details = Detalles
    .when = Fecha y hora
    .device = Dispositivo
    .device-name = { $browser } en { $system }
    .place = Lugar
    .place-estimated = { $place } (estimado)
    .address = Dirección de red
    .unknown = desconocido
    .closing =
        Recibe este correo porque esta dirección se facilitó a { $site }. Se ha enviado automáticamente.

        { $site } nunca le pedirá su contraseña ni un código por correo electrónico o por teléfono.

disown =
    .heading = ¿No ha sido usted?
    .sign-in =
        Si ha sido usted quien ha iniciado sesión, no tiene que hacer nada. Si no, avísenos con el enlace de abajo:
        bloquearemos la cuenta y cerraremos todas sus sesiones de inmediato, y usted establecerá una contraseña nueva.
    .sign-in-alone =
        Si ha sido usted quien ha iniciado sesión, no tiene que hacer nada. Si no, establezca de inmediato una
        contraseña nueva.
    .change =
        Si ha sido usted quien ha hecho este cambio, no tiene que hacer nada. Si no, avísenos con el enlace de abajo:
        bloquearemos la cuenta y cerraremos todas sus sesiones de inmediato, y usted establecerá una contraseña nueva.
    .change-alone =
        Si ha sido usted quien ha hecho este cambio, no tiene que hacer nada. Si no, establezca de inmediato una
        contraseña nueva.
    .link = No he sido yo: bloquear mi cuenta
    .terms =
        El enlace funciona hasta el { $until } y una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .terms-open =
        El enlace funciona por tiempo limitado y una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

## Correos

verify-email =
    .subject = Confirme su dirección de correo para { $site }
    .heading = Confirme su dirección de correo
    .told =
        Esta dirección se ha indicado para una cuenta en { $site }. Confirme, por favor, que es suya.

        Si no ha sido usted, no haga nada: sin su confirmación, la dirección no se utilizará.
    .link = Confirmar esta dirección de correo
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Ir a { $site } para pedir un enlace

already-registered =
    .subject = Ya tiene una cuenta en { $site }
    .heading = Ya tiene una cuenta
    .told =
        Alguien ha intentado registrarse en { $site } con esta dirección. Ya existe una cuenta con ella, así que no se ha
        cambiado nada.

        Si ha sido usted, inicie sesión como de costumbre. Si no recuerda su contraseña, establezca una nueva.

        Si no ha sido usted, no tiene que hacer nada. A quien lo intentó no se le ha dicho que usted tiene una cuenta.
    .page = Establecer una contraseña nueva

reset-password =
    .subject = Establezca una contraseña nueva para { $site }
    .heading = Establezca una contraseña nueva
    .told = Se ha solicitado una contraseña nueva para su cuenta en { $site }.
    .advice-heading = ¿No ha sido usted?
    .advice =
        Si usted no lo ha solicitado, no haga nada: su contraseña sigue siendo la misma. No comparta el enlace con nadie.
    .link = Establecer una contraseña nueva
    .terms =
        El enlace funciona durante { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        } y una sola vez.
    .page = Pedir un enlace para establecer una contraseña nueva

new-device =
    .subject = Nuevo inicio de sesión en su cuenta de { $site }
    .heading = Nuevo inicio de sesión en su cuenta
    .told =
        Alguien ha iniciado sesión en su cuenta de { $site } desde un dispositivo que no se había usado antes.

password-changed =
    .subject = Se ha cambiado su contraseña de { $site }
    .heading = Se ha cambiado su contraseña
    .told =
        La contraseña de su cuenta de { $site } se ha cambiado { $by ->
            [link] mediante un enlace de un correo enviado a esta dirección
           *[session] desde una sesión iniciada
        }.

totp-enrolled =
    .subject = Se ha configurado una aplicación de autenticación ({ $site })
    .heading = Se ha configurado una aplicación de autenticación
    .told =
        Se ha configurado una aplicación de autenticación como segundo paso para iniciar sesión en su cuenta de
        { $site }.

totp-removed =
    .subject = Se ha eliminado la aplicación de autenticación ({ $site })
    .heading = Se ha eliminado la aplicación de autenticación
    .told =
        Se ha eliminado la aplicación de autenticación de su cuenta de { $site }. Al iniciar sesión ya no se pedirán sus
        códigos.

recovery-codes-generated =
    .subject = Se han creado nuevos códigos de recuperación ({ $site })
    .heading = Se han creado nuevos códigos de recuperación
    .told =
        Se han creado nuevos códigos de recuperación para su cuenta de { $site }. Los códigos anteriores ya no
        funcionan.

recovery-code-used =
    .subject = Se ha usado un código de recuperación ({ $site })
    .heading = Se ha usado un código de recuperación
    .told =
        Se ha usado un código de recuperación para iniciar sesión en su cuenta de { $site }. { $left ->
            [0] No le queda ningún código: cree otros nuevos.
            [one] Le queda { $left } código.
           *[other] Le quedan { $left } códigos.
        }

sms-enrolled =
    .subject = Se han activado los códigos por SMS ({ $site })
    .heading = Se han activado los códigos por SMS
    .told =
        Se han activado los códigos por SMS como segundo paso para iniciar sesión en su cuenta de { $site }.

sms-removed =
    .subject = Se han desactivado los códigos por SMS ({ $site })
    .heading = Se han desactivado los códigos por SMS
    .told =
        Los códigos por SMS ya no son el segundo paso para iniciar sesión en su cuenta de { $site }.

passkey-enrolled =
    .subject = Se ha añadido una llave de acceso ({ $site })
    .heading = Se ha añadido una llave de acceso
    .told =
        Se ha añadido una llave de acceso a su cuenta de { $site }. Permite iniciar sesión sin su contraseña.

passkey-removed =
    .subject = Se ha eliminado una llave de acceso ({ $site })
    .heading = Se ha eliminado una llave de acceso
    .told =
        Se ha eliminado una llave de acceso de su cuenta de { $site }. Ya no permite iniciar sesión en ella.

passkey-copy-suspected =
    .subject = Se ha rechazado una llave de acceso ({ $site })
    .heading = Se ha rechazado una llave de acceso
    .told =
        Alguien ha intentado iniciar sesión en su cuenta de { $site } con una de sus llaves de acceso, o con una copia:
        su contador no avanzó desde el último uso, por lo que se ha rechazado. Si esto ocurre cuando es usted quien
        inicia sesión, elimine esa llave de acceso y vuelva a añadirla.

phone-set =
    .subject = Se ha registrado un número de teléfono ({ $site })
    .heading = Se ha registrado un número de teléfono
    .told =
        Se ha confirmado el número de teléfono { $number } para su cuenta de { $site }. Sustituye a cualquier número
        anterior y puede usarse para iniciar sesión.

phone-removed =
    .subject = Se ha eliminado el número de teléfono ({ $site })
    .heading = Se ha eliminado el número de teléfono
    .told =
        Se ha eliminado el número de teléfono { $number } de su cuenta de { $site }. Ya no puede usarse para iniciar
        sesión.

account-locked-by-owner =
    .subject = Su cuenta de { $site } está bloqueada
    .heading = Su cuenta está bloqueada
    .told =
        Su cuenta de { $site } se ha bloqueado porque, mediante un enlace de uno de nuestros correos, se nos ha dicho que
        usted no había hecho algo.

        Se han cerrado todas sus sesiones. Nadie puede iniciar sesión hasta que vuelva a abrirse.
    .advice-heading = Qué hacer ahora
    .advice =
        Para volver a abrir la cuenta, establezca una contraseña nueva. Si no fue usted quien usó el enlace, haga lo
        mismo y proteja su buzón: otra persona puede leerlo.
    .page = Establecer una contraseña nueva

account-locked-by-staff =
    .subject = Su cuenta de { $site } está bloqueada
    .heading = Su cuenta está bloqueada
    .told =
        Nuestro personal ha bloqueado su cuenta de { $site }.

        Se han cerrado todas sus sesiones. Nadie puede iniciar sesión hasta que vuelva a abrirse.
    .advice-heading = Qué hacer ahora
    .advice =
        Para que vuelva a abrirse, diríjase a nuestro servicio de atención. Una contraseña nueva no levanta este
        bloqueo.

account-unlocked =
    .subject = Su cuenta de { $site } está desbloqueada
    .heading = Su cuenta está desbloqueada
    .told = Se ha desbloqueado su cuenta de { $site }. Ya puede volver a iniciar sesión.

code-by-sms =
    .subject = Un código para su cuenta de { $site }
    .heading = Se ha solicitado un código
    .told = Se ha solicitado un código por SMS en { $site }.

## SMS: solo con letras del alfabeto GSM, en el que faltan á, í, ó y ú

sms =
    .sign-in = { $code } es su clave para entrar en { $site }. No la comparta con nadie, aunque se la pidan.
    .reauthentication = { $code } es su clave para confirmar que es usted en { $site }. No la comparta con nadie, aunque se la pidan.
    .number = { $code } es su clave de { $site } para confirmar este teléfono. No la comparta con nadie, aunque se la pidan.
    .enrolment = { $code } es su clave para activar las claves por SMS en { $site }. No la comparta con nadie, aunque se la pidan.

## Páginas

page-verify =
    .title = Confirme su dirección de correo
    .text = Pulse el botón para confirmar que esta dirección es suya.
    .button = Confirmar dirección

page-verified =
    .title = Dirección confirmada
    .text = Su dirección está confirmada. Ya puede iniciar sesión.

page-reset =
    .title = Establezca una contraseña nueva
    .text =
        Al establecer la contraseña nueva se cierran todas las sesiones de su cuenta. El segundo factor no cambia.
    .new-password =
        Contraseña nueva (al menos { $least ->
            [one] { $least } carácter
           *[other] { $least } caracteres
        })
    .button = Establecer contraseña

page-reset-done =
    .title = Contraseña establecida
    .text = Su contraseña nueva ya es válida y se han cerrado todas las sesiones. Inicie sesión con ella.

page-not-me =
    .title = No he sido yo
    .text =
        Pulse el botón si lo que cuenta el correo no lo ha hecho usted. Su cuenta se bloqueará de inmediato, se cerrarán
        todas las sesiones y nadie podrá iniciar sesión.

        Para volver a abrirla, establecerá una contraseña nueva mediante un enlace que le enviaremos por correo.
    .button = Bloquear mi cuenta

page-locked =
    .title = Cuenta bloqueada
    .text =
        Su cuenta está bloqueada y se han cerrado todas las sesiones. Le hemos enviado un correo que explica cómo
        recuperarla.

page-forgot =
    .title = ¿Ha olvidado su contraseña?
    .text = Le enviaremos un enlace para establecer una nueva.
    .identifier = Correo electrónico o número de usuario
    .malformed = Eso no es una dirección de correo ni un número de usuario.
    .button = Enviar enlace

page-forgot-done =
    .title = Consulte su correo
    .text = Si existe esa cuenta, un correo con un enlace está en camino.

page-setup =
    .title = Crear el primer operador
    .text = El operador inicia sesión con esta cuenta.
    .email = Correo electrónico
    .malformed = Eso no es una dirección de correo.
    .password =
        Contraseña (al menos { $least ->
            [one] { $least } carácter
           *[other] { $least } caracteres
        })
    .button = Crear operador

page-setup-done =
    .title = Operador creado
    .text =
        Inicie sesión con esta dirección y configure una aplicación de autenticación: los operadores necesitan un
        segundo factor.

page-dead-link =
    .title = El enlace ya no funciona
    .text = Ha caducado, ya se ha usado o lo ha sustituido otro más reciente. Pida uno nuevo.

page-too-many =
    .title = Demasiados intentos
    .text = Espere un poco y vuelva a intentarlo.

page-failed =
    .title = No ha funcionado
    .text = No se ha cambiado nada. Vuelva a intentarlo dentro de un momento.

password =
    .too-short =
        Elija otra contraseña: debe tener al menos { $least ->
            [one] { $least } carácter
           *[other] { $least } caracteres
        }.
    .too-long = Elija otra contraseña: es demasiado larga.
    .common = Elija otra contraseña: está entre las más comunes.
    .repetition = Elija otra contraseña: repite un solo carácter.
    .own-name = Elija otra contraseña: es su dirección, su nombre aquí o el nombre de este sitio.
    .breached = Elija otra contraseña: se conoce por una filtración de datos, aquí o en otro lugar.
    .used-before = Elija otra contraseña: ya la ha usado aquí antes.
