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
    .network = Red
    .reason = Motivo
    .approved = Aprobación
    .handed-over = Entrega
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

password-change-required =
    .subject = Establezca una contraseña nueva para { $site }
    .heading = Necesita una contraseña nueva
    .told =
        La contraseña de su cuenta en { $site } ya no funciona. { $reason ->
            [short] Se usaba junto con un segundo paso. Ya no hay ninguno, y por sí sola es demasiado corta.
           *[compromised] Hay indicios de que otra persona puede conocerla.
        }

        Todas las sesiones se han cerrado.
    .advice-heading = Qué hacer ahora
    .advice =
        Establezca una contraseña nueva. Si usaba la anterior también en otros sitios, cámbiela allí también.
    .link = Establecer una contraseña nueva
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Pedir un enlace para establecer una contraseña nueva

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

# Alertas. Lo que se hizo a causa de una.
response =
    .step-up =
        Por precaución, durante un día los cambios en la cuenta piden una nueva prueba de identidad, y los inicios de
        sesión en dispositivos nuevos deben confirmarse por correo.
    .end-session = Se han cerrado todas las sesiones de la cuenta. Vuelva a iniciar sesión.
    .hold =
        Durante un día, la contraseña, las direcciones y el segundo paso no pueden cambiarse desde la cuenta. Todo lo que
        se haya pedido así espera.

suspicion-guesses =
    .subject = Alguien intenta adivinar el acceso a su cuenta de { $site }
    .heading = Alguien intenta adivinar el acceso a su cuenta
    .told = { $cause ->
            [codes]
                Se han introducido muchos códigos erróneos para su cuenta de { $site }. Quien llega hasta ahí conoce su
                contraseña.
           *[passwords]
                Se han introducido muchas contraseñas erróneas para su cuenta de { $site }. Lo frenamos; nadie ha entrado
                así. Puede seguir usando sus dispositivos como siempre.
        }
    .advice-heading = Qué hacer ahora
    .advice =
        Si fue usted, no tiene que hacer nada. Si usa la misma contraseña en otro sitio, o si alguien puede conocerla,
        establezca una nueva.
    .page = Establecer una contraseña nueva

suspicion-sign-in =
    .subject = Algo inusual en su cuenta de { $site }
    .heading = Algo inusual en su cuenta
    .told = { $cause ->
            [session]
                Una sesión de su cuenta de { $site } continuó desde otra red y con otro navegador o sistema.
           *[sign-in] Alguien ha iniciado sesión en su cuenta de { $site } de una manera inusual.
        }

suspicion-change =
    .subject = Revise los últimos cambios de su cuenta de { $site }
    .heading = Revise los últimos cambios de su cuenta
    .told = { $cause ->
            [number]
                Alguien usó un número de teléfono cambiado hace poco para entrar en su cuenta de { $site }.
           *[recovery]
                Se usaron o cambiaron formas de volver a entrar en su cuenta de { $site } como lo hacen los ladrones.
        }

account-locked-by-alert =
    .subject = Su cuenta de { $site } está bloqueada para protegerla
    .heading = Su cuenta está bloqueada para protegerla
    .told =
        Su cuenta de { $site } se ha bloqueado { $cause ->
            [campaign] porque alguien inició sesión en un dispositivo nuevo justo después de muchos intentos
            [storm] porque se aceptó un segundo paso después de muchas solicitudes rechazadas
            [takeover] porque se cambiaron formas de volver a entrar justo después de un inicio en un dispositivo nuevo
           *[signs] porque varias señales independientes indican que hay otra persona en ella
        }.

        Se han cerrado todas sus sesiones. Nadie puede iniciar sesión hasta que vuelva a abrirse.
    .advice-heading = Qué hacer ahora
    .advice =
        Para volver a abrir la cuenta, establezca una contraseña nueva. Hágalo también si todo eso lo hizo usted: no
        podíamos saberlo.
    .page = Establecer una contraseña nueva

account-unlocked =
    .subject = Su cuenta de { $site } está desbloqueada
    .heading = Su cuenta está desbloqueada
    .told = Se ha desbloqueado su cuenta de { $site }. Ya puede volver a iniciar sesión.

confirm-sign-in =
    .subject = ¿Es usted? Un inicio de sesión en { $site } le espera
    .heading = Un inicio de sesión le espera
    .told =
        Alguien que conoce su contraseña está iniciando sesión en su cuenta de { $site } desde un lugar o una red desde los
        que usted no lo había hecho antes. Todavía no ha entrado: el inicio de sesión espera su confirmación.
    .advice-heading = Qué hacer ahora
    .advice =
        Si es usted, abra el enlace y confirme. El dispositivo que espera continuará por sí solo.

        Si no es usted, abra el enlace y díganoslo: bloquearemos la cuenta de inmediato. Si el enlace ya no funciona,
        establezca una contraseña nueva. No confirme porque alguien se lo pida.
    .link = Ver el inicio de sesión: confirmarlo o bloquear mi cuenta
    .terms =
        El enlace funciona durante { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        } y una sola vez. Antes de hacer nada le preguntaremos.
    .page = Establecer una contraseña nueva

prove-email =
    .subject = Confirme su nueva dirección de correo ({ $site })
    .heading = Confirme su nueva dirección de correo
    .told =
        Esta dirección va a ser la nueva dirección de correo de una cuenta en { $site }.

        Si no sabe nada de ello, no haga nada: sin su confirmación, la dirección no se utilizará.
    .link = Confirmar esta dirección de correo
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Ir a { $site } para pedir un enlace

prove-recovery-email =
    .subject = Confirme su dirección de recuperación ({ $site })
    .heading = Confirme su dirección de recuperación
    .told =
        Esta dirección va a ser la dirección de recuperación de una cuenta en { $site }.

        Si no sabe nada de ello, no haga nada: sin su confirmación, la dirección no se utilizará.
    .link = Confirmar esta dirección de correo
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Ir a { $site } para pedir un enlace

email-changed =
    .subject = Se ha cambiado su dirección de correo ({ $site })
    .heading = Se ha cambiado su dirección de correo
    .told =
        La dirección de correo de su cuenta de { $site } es ahora { $address }. La anterior ya no puede usarse para iniciar
        sesión.

undo-address =
    .heading = ¿No ha sido usted?
    .change =
        Si ha sido usted quien ha hecho este cambio, no tiene que hacer nada. Si no, deshágalo con el enlace de abajo: esta
        dirección volverá a ser la de la cuenta, se cerrarán todas las sesiones de inmediato y usted establecerá una
        contraseña nueva.
    .change-alone =
        Si ha sido usted quien ha hecho este cambio, no tiene que hacer nada. Si no, busque el correo que enviamos a la
        dirección anterior y deshaga el cambio con su enlace, o establezca de inmediato una contraseña nueva.
    .link = No he sido yo: deshacer el cambio
    .terms =
        El enlace funciona hasta el { $until } y una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .terms-open =
        El enlace funciona por tiempo limitado y una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

email-restored =
    .subject = Su dirección de correo vuelve a ser la anterior ({ $site })
    .heading = Su dirección de correo vuelve a ser la anterior
    .told =
        Se ha deshecho el cambio de la dirección de correo de su cuenta de { $site }: vuelve a ser { $address }.

        Se han cerrado todas las sesiones y la cuenta está bloqueada. Para abrirla, establezca una contraseña nueva
        mediante un enlace que enviaremos a esta dirección.
    .page = Establecer una contraseña nueva

recovery-email-set =
    .subject = Se ha registrado una dirección de recuperación ({ $site })
    .heading = Se ha registrado una dirección de recuperación
    .told =
        Se ha confirmado la dirección de recuperación { $address } para su cuenta de { $site }. Sustituye a cualquier otra
        anterior.

recovery-email-removed =
    .subject = Se ha eliminado la dirección de recuperación ({ $site })
    .heading = Se ha eliminado la dirección de recuperación
    .told = Se ha eliminado la dirección de recuperación { $address } de su cuenta de { $site }.

address-wanted-elsewhere =
    .subject = Alguien ha querido usar su dirección en { $site }
    .heading = Alguien ha querido usar su dirección
    .told =
        Alguien que ha iniciado sesión con otra cuenta en { $site } ha querido usar allí esta dirección. Pertenece a la
        cuenta de usted, así que no se ha cambiado nada.

        Si ha sido usted, use allí otra dirección. Si no ha sido usted, no tiene que hacer nada. A quien lo intentó no se
        le ha dicho que usted tiene una cuenta.
    .page = Establecer una contraseña nueva

reset-held =
    .subject = Se ha solicitado una contraseña nueva ({ $site })
    .heading = Se ha solicitado una contraseña nueva
    .told =
        Alguien ha solicitado una contraseña nueva para su cuenta de { $site }.

        La dirección de correo de la cuenta se cambió hace poco. Durante algunos días después de un cambio, los enlaces
        para establecer una contraseña se envían a la dirección anterior, para que nadie pueda apoderarse de una cuenta
        cambiando su dirección.
    .advice-heading = ¿No ha sido usted?
    .advice = Si usted no lo ha solicitado, no haga nada: su contraseña sigue siendo la misma.
    .page = Volver a pedirla más tarde

factor-recovery-prove =
    .subject = Confirme que ha perdido su segundo paso ({ $site })
    .heading = Confirme que ha perdido su segundo paso
    .told =
        Alguien que conoce la contraseña de su cuenta de { $site } dice que ha perdido todos los segundos pasos para
        iniciar sesión. Si es usted, siga este enlace y dé una prueba más: el enlace del correo enviado a su
        dirección de recuperación, un código de recuperación o un código por SMS.
    .link = Confirmar que soy yo
    .terms = El enlace funciona una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

factor-recovery-requested =
    .subject = Alguien quiere eliminar su segundo paso ({ $site })
    .heading = Alguien quiere eliminar su segundo paso
    .told =
        Alguien que conoce la contraseña de su cuenta de { $site } pide que se eliminen todos los segundos pasos para
        iniciar sesión. Si se confirma de dos maneras, se hará tras un plazo de espera.
    .advice-heading = ¿No ha sido usted?
    .advice =
        Si no ha sido usted, otra persona conoce su contraseña. Detenga la recuperación y establezca después una contraseña
        nueva.
    .link = No he sido yo: detenerla
    .terms = El enlace funciona una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

factor-recovery-scheduled =
    .subject = Se va a eliminar su segundo paso ({ $site })
    .heading = Se va a eliminar su segundo paso
    .told =
        De dos maneras se ha confirmado la pérdida de todos los segundos pasos para iniciar sesión en su cuenta
        de { $site }. Podrán eliminarse a partir del { $until }.
    .advice-heading = ¿No ha sido usted?
    .advice =
        Si no ha sido usted, otra persona conoce su contraseña. Detenga la recuperación y establezca después una contraseña
        nueva.
    .link = No he sido yo: detenerla
    .terms = El enlace funciona una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

factor-recovery-complete =
    .subject = Su camino de vuelta a la cuenta ({ $site })
    .heading = Su camino de vuelta a la cuenta
    .told =
        A partir del { $from }, el enlace de abajo elimina todos los segundos pasos para iniciar sesión en su cuenta de
        { $site }. También necesita su contraseña. Después, inicie sesión y configure de inmediato un nuevo segundo paso.
    .link = Eliminar mis segundos pasos
    .terms = El enlace funciona una sola vez. Antes de hacer nada le pediremos que lo confirme.
    .page = Establecer una contraseña nueva

factor-recovery-stopped =
    .subject = Se ha detenido la recuperación ({ $site })
    .heading = Se ha detenido la recuperación
    .told =
        Se ha detenido la recuperación de su cuenta de { $site }, mediante un enlace de un correo o porque alguien ha
        iniciado sesión con el segundo paso. Si usted no pidió esa recuperación, establezca una contraseña nueva: otra
        persona conoce la suya.
    .page = Establecer una contraseña nueva

factor-recovery-completed =
    .subject = Se han eliminado sus segundos pasos ({ $site })
    .heading = Se han eliminado sus segundos pasos
    .told =
        Se han eliminado todos los segundos pasos para iniciar sesión en su cuenta de { $site } y se han cerrado todas las
        sesiones. Inicie sesión con su contraseña y configure de inmediato un nuevo segundo paso.
    .page = Establecer una contraseña nueva

recovery-prove-contact =
    .subject = Confirme su dirección para el servicio de atención ({ $site })
    .heading = Confirme su dirección para el servicio de atención
    .told =
        Alguien ha pedido al servicio de atención de { $site } que recupere una cuenta y ha indicado esta dirección de
        contacto. El servicio examinará la solicitud en cuanto se confirme la dirección.

        Si no ha sido usted, no haga nada: nadie examinará la solicitud.
    .link = Confirmar esta dirección
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Ir a { $site }

recovery-message =
    .subject = El servicio de atención le ha escrito ({ $site })
    .heading = El servicio de atención le ha escrito
    .told =
        Hay un mensaje nuevo en su solicitud de recuperación en { $site }. No está en este correo: léalo donde presentó la
        solicitud.

recovery-rejected =
    .subject = Se ha rechazado su solicitud de recuperación ({ $site })
    .heading = Se ha rechazado su solicitud de recuperación
    .told =
        El servicio de atención de { $site } no ha podido confirmar que la cuenta sea suya.

        Puede recurrir una vez, donde presentó la solicitud; entonces decidirán otras personas.

recovery-appeal-rejected =
    .subject = Se ha rechazado su solicitud de recuperación ({ $site })
    .heading = Se ha rechazado su solicitud de recuperación
    .told =
        El servicio de atención de { $site } no ha podido confirmar que la cuenta sea suya.

        Esta ha sido la decisión sobre su recurso. Es definitiva.

recovery-approved =
    .subject = Se ha aprobado su solicitud de recuperación ({ $site })
    .heading = Se ha aprobado su solicitud de recuperación
    .told =
        El servicio de atención de { $site } ha aprobado su solicitud. Para su protección hay un plazo de espera, durante
        el cual se avisa a todas las personas localizables a través de la cuenta, que pueden detenerlo. El { $until }
        recibirá un enlace para establecer una contraseña nueva.

recovery-stopped =
    .subject = Se ha detenido su solicitud de recuperación ({ $site })
    .heading = Se ha detenido su solicitud de recuperación
    .told =
        La recuperación de la cuenta en { $site } se ha detenido durante el plazo de espera, por alguien localizable a
        través de la cuenta o por nuestro personal. No se ha cambiado nada.

recovery-lapsed =
    .subject = Se ha cerrado su solicitud de recuperación ({ $site })
    .heading = Se ha cerrado su solicitud de recuperación
    .told =
        En su solicitud sobre una cuenta en { $site } no ha ocurrido nada en mucho tiempo, y nadie la ha resuelto. Ahora
        está cerrada y no se ha cambiado nada. Lo que nos envió se destruye pasado un tiempo. Puede abrir una nueva.

recovery-handed-over =
    .subject = Su cuenta se ha recuperado ({ $site })
    .heading = Su cuenta se ha recuperado
    .told =
        Su cuenta en { $site } vuelve a ser suya. Se han eliminado sus segundos factores y se han cerrado todas sus
        sesiones.

        Establezca una contraseña nueva y configure después, de inmediato, un segundo factor.
    .link = Establecer una contraseña nueva
    .terms =
        El enlace funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } y una sola vez.
    .page = Pedir un enlace para establecer una contraseña nueva

recovery-warning =
    .subject = Su cuenta está a punto de entregarse ({ $site })
    .heading = Su cuenta está a punto de entregarse
    .told =
        Alguien que dice que su cuenta en { $site } le pertenece ha presentado documentos a nuestro servicio de atención,
        que lo ha aprobado. Se eliminarán todos los segundos factores y se establecerá una contraseña nueva.
    .advice-heading = ¿No lo ha pedido usted?
    .advice =
        Deténgalo con el enlace de abajo. Su cuenta se quedará exactamente como está. También se detiene si usted inicia
        sesión con su segundo factor.
    .link = Detenerlo: la cuenta es mía
    .terms = El enlace funciona hasta el { $until }. Antes de hacer nada le pediremos que lo confirme.
    .page = Ir a { $site }

recovery-lost =
    .subject = Su cuenta se ha entregado ({ $site })
    .heading = Su cuenta se ha entregado
    .told =
        Tras el plazo de espera, el servicio de atención ha entregado su cuenta en { $site } a la persona que la había
        solicitado. Esta dirección y este número ya no pertenecen a ella, o se han eliminado sus segundos factores.

        Si usted no lo ha pedido, diríjase de inmediato a nuestro servicio de atención.

code-by-sms =
    .subject = Un código para su cuenta de { $site }
    .heading = Se ha solicitado un código
    .told = Se ha solicitado un código por SMS en { $site }.

## SMS: solo con letras del alfabeto GSM, en el que faltan á, í, ó y ú

sms =
    .sign-in = { $code } es su clave para entrar en { $site }. No la comparta con nadie, aunque se la pidan.
    .reauthentication = { $code } es su clave para confirmar que es usted en { $site }. No la comparta con nadie, aunque se la pidan.
    .factor-recovery = { $code } es su clave para quitar los segundos pasos perdidos en { $site }. No la comparta con nadie, aunque se la pidan.
    .number = { $code } es su clave de { $site } para confirmar este teléfono. No la comparta con nadie, aunque se la pidan.
    .enrolment = { $code } es su clave para activar las claves por SMS en { $site }. No la comparta con nadie, aunque se la pidan.

sms-recovery =
    .warning = { $site }: el soporte va a entregar su cuenta a otra persona el { $until }. ¿No lo ha pedido usted? Para detenerlo: { $link }
    .lost = { $site }: el soporte ha entregado su cuenta a otra persona. Si usted no lo ha pedido, acuda al soporte enseguida.

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

page-confirm-sign-in =
    .title = ¿Es usted?
    .text =
        Alguien que conoce su contraseña está iniciando sesión desde un lugar o una red desde los que usted no lo había
        hecho antes:
    .warning =
        Confirme solo si es usted, en este momento y en ese dispositivo. Nadie más necesita su confirmación, le digan lo
        que le digan.
    .approve = Sí, soy yo: dejar entrar a ese dispositivo
    .deny = No, no soy yo: bloquear mi cuenta
    .locking =
        Si bloquea su cuenta, se cerrarán todas las sesiones y nadie podrá iniciar sesión. Podrá volver a abrirla con una
        contraseña nueva, mediante un enlace que le enviaremos por correo.

page-sign-in-confirmed =
    .title = Inicio de sesión confirmado
    .text = El dispositivo que esperaba continúa por sí solo. En este no se ha iniciado ninguna sesión.

page-confirm-email =
    .title = Confirme su nueva dirección de correo
    .text =
        Pulse el botón para iniciar sesión con esta dirección de ahora en adelante. Sus otras sesiones se cerrarán. Se
        avisará a la dirección anterior, desde la que podrá deshacerse el cambio durante algunos días.
    .button = Confirmar dirección

page-confirm-email-done =
    .title = Dirección confirmada
    .text = Desde ahora inicia sesión con esta dirección.

page-confirm-recovery-email =
    .title = Confirme su dirección de recuperación
    .text =
        Pulse el botón para confirmar que esta dirección es suya y que va a ser su dirección de recuperación.
    .button = Confirmar dirección

page-confirm-recovery-email-done =
    .title = Dirección confirmada
    .text = Ahora es su dirección de recuperación.

page-undo-email-change =
    .title = Deshacer el cambio de dirección de correo
    .text =
        Pulse el botón si el cambio no lo ha hecho usted. La dirección anterior volverá a ser la de la cuenta, se cerrarán
        todas las sesiones y la cuenta quedará bloqueada.

        Para volver a abrirla, establecerá una contraseña nueva mediante un enlace que enviaremos a la dirección anterior.
    .button = Deshacer el cambio

page-undo-email-change-done =
    .title = Cambio deshecho
    .text =
        La dirección anterior vuelve a ser la de la cuenta y se han cerrado todas las sesiones. Le hemos enviado un correo
        que explica cómo volver a entrar.

page-prove-recovery =
    .title = Recupere su cuenta
    .text =
        Pulse el botón para confirmar que es usted quien ha perdido todos los segundos pasos para iniciar sesión.
    .button = Soy yo

page-prove-recovery-done =
    .title = Confirmado
    .text = Siga también el enlace que enviamos a su otra dirección, si aún no lo ha hecho.

page-stop-factor-recovery =
    .title = Detener la recuperación
    .text =
        Pulse el botón si no la ha pedido usted. Sus segundos pasos para iniciar sesión se quedan como están. Quien la
        pidió conoce su contraseña: establezca una nueva.
    .button = Detener la recuperación

page-stop-factor-recovery-done =
    .title = Recuperación detenida
    .text = Todo se queda como está. Establezca ahora una contraseña nueva: otra persona conoce la suya.

page-complete-recovery =
    .title = Eliminar mis segundos pasos
    .text =
        Se eliminarán todos los segundos pasos para iniciar sesión en su cuenta y se cerrarán todas las sesiones. Después,
        inicie sesión con su contraseña y configure de inmediato un nuevo segundo paso.
    .identifier = Correo electrónico o número de usuario
    .password = Contraseña
    .wrong = El identificador o la contraseña no son correctos.
    .button = Eliminar mis segundos pasos

page-complete-recovery-done =
    .title = Segundos pasos eliminados
    .text = Inicie sesión con su contraseña y configure de inmediato un nuevo segundo paso.

page-recovery-contact =
    .title = Confirme su dirección para el servicio de atención
    .text =
        Pulse el botón para confirmar que el servicio de atención puede ponerse en contacto con usted en esta dirección.
    .button = Confirmar dirección

page-recovery-contact-done =
    .title = Dirección confirmada
    .text =
        El servicio de atención examinará ahora su solicitud. Añada sus documentos donde la presentó.

page-stop-recovery =
    .title = Conservar mi cuenta
    .text =
        Pulse el botón si usted no ha pedido al servicio de atención que recupere su cuenta. Se quedará como está.
    .button = Detener la recuperación

page-stop-recovery-done =
    .title = Detenido
    .text = No se ha cambiado nada en su cuenta.

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
