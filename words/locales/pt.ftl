# Português, em palavras usuais em Portugal e no Brasil. Mensagens, partes e variáveis como em en.ftl.

## Momentos e o que todos os e-mails têm em comum

moment = { $day } de { $month ->
        [1] janeiro
        [2] fevereiro
        [3] março
        [4] abril
        [5] maio
        [6] junho
        [7] julho
        [8] agosto
        [9] setembro
        [10] outubro
        [11] novembro
       *[12] dezembro
    } de { $year }, { $time } (UTC)

mail =
    .details = Detalhes
    .when = Data e hora
    .device = Dispositivo
    .device-name = { $browser } em { $system }
    .place = Local
    .place-estimated = { $place } (estimativa)
    .address = Endereço de rede
    .unknown = desconhecido
    .closing =
        Este e-mail foi enviado automaticamente porque este endereço foi indicado a { $site }.

        { $site } nunca pede a sua senha nem um código por e-mail ou telefone.

disown =
    .heading = Não foi você?
    .sign-in =
        Se este acesso foi seu, não é preciso fazer nada. Caso contrário, avise-nos com o link abaixo: bloqueamos a conta
        e encerramos todas as sessões imediatamente, e em seguida você define uma nova senha.
    .sign-in-alone =
        Se este acesso foi seu, não é preciso fazer nada. Caso contrário, defina imediatamente uma nova senha.
    .change =
        Se esta alteração foi sua, não é preciso fazer nada. Caso contrário, avise-nos com o link abaixo: bloqueamos a
        conta e encerramos todas as sessões imediatamente, e em seguida você define uma nova senha.
    .change-alone =
        Se esta alteração foi sua, não é preciso fazer nada. Caso contrário, defina imediatamente uma nova senha.
    .link = Não fui eu: bloquear a minha conta
    .terms =
        O link funciona até { $until } e uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .terms-open =
        O link funciona por tempo limitado e uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

## E-mails

verify-email =
    .subject = Confirme o seu endereço de e-mail para { $site }
    .heading = Confirme o seu endereço de e-mail
    .told =
        Este endereço foi indicado para uma conta em { $site }. Por favor, confirme que ele é seu.

        Se não foi você, não faça nada: sem a sua confirmação, o endereço não será usado.
    .link = Confirmar este endereço de e-mail
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Ir a { $site } para pedir um link

already-registered =
    .subject = Você já tem uma conta em { $site }
    .heading = Você já tem uma conta
    .told =
        Alguém tentou fazer um cadastro em { $site } com este endereço. Ele já tem uma conta, por isso nada foi alterado.

        Se foi você, entre como de costume. Se já não sabe a sua senha, defina uma nova.

        Se não foi você, não é preciso fazer nada. A pessoa que tentou não foi informada de que você tem uma conta.
    .page = Definir uma nova senha

reset-password =
    .subject = Defina uma nova senha para { $site }
    .heading = Defina uma nova senha
    .told = Foi pedida uma nova senha para a sua conta em { $site }.
    .advice-heading = Não foi você?
    .advice =
        Se não fez este pedido, não faça nada: a sua senha continua a mesma. Não passe o link a ninguém.
    .link = Definir uma nova senha
    .terms =
        O link funciona durante { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        } e uma única vez.
    .page = Pedir um link para definir uma nova senha

new-device =
    .subject = Novo acesso à sua conta em { $site }
    .heading = Novo acesso à sua conta
    .told = Alguém entrou na sua conta em { $site } a partir de um dispositivo que ainda não tinha sido usado.

password-changed =
    .subject = A sua senha em { $site } foi alterada
    .heading = A sua senha foi alterada
    .told =
        A senha da sua conta em { $site } foi alterada { $by ->
            [link] por meio de um link em um e-mail enviado a este endereço
           *[session] a partir de uma sessão iniciada
        }.

totp-enrolled =
    .subject = Um aplicativo autenticador foi configurado ({ $site })
    .heading = Um aplicativo autenticador foi configurado
    .told =
        Um aplicativo autenticador foi configurado como segunda etapa para entrar na sua conta em { $site }.

totp-removed =
    .subject = O aplicativo autenticador foi removido ({ $site })
    .heading = O aplicativo autenticador foi removido
    .told =
        O aplicativo autenticador foi removido da sua conta em { $site }. Os códigos dele já não são pedidos para entrar.

recovery-codes-generated =
    .subject = Foram criados novos códigos de recuperação ({ $site })
    .heading = Foram criados novos códigos de recuperação
    .told =
        Foram criados novos códigos de recuperação para a sua conta em { $site }. Os códigos anteriores já não funcionam.

recovery-code-used =
    .subject = Um código de recuperação foi usado ({ $site })
    .heading = Um código de recuperação foi usado
    .told =
        Um código de recuperação foi usado para entrar na sua conta em { $site }. { $left ->
            [0] Não resta nenhum código: crie outros.
            [one] Resta { $left } código.
           *[other] Restam { $left } códigos.
        }

sms-enrolled =
    .subject = Os códigos por SMS foram ativados ({ $site })
    .heading = Os códigos por SMS foram ativados
    .told = Os códigos por SMS foram ativados como segunda etapa para entrar na sua conta em { $site }.

sms-removed =
    .subject = Os códigos por SMS foram desativados ({ $site })
    .heading = Os códigos por SMS foram desativados
    .told = Os códigos por SMS já não são a segunda etapa para entrar na sua conta em { $site }.

passkey-enrolled =
    .subject = Uma chave de acesso foi adicionada ({ $site })
    .heading = Uma chave de acesso foi adicionada
    .told =
        Uma chave de acesso foi adicionada à sua conta em { $site }. Ela permite entrar sem a sua senha.

passkey-removed =
    .subject = Uma chave de acesso foi removida ({ $site })
    .heading = Uma chave de acesso foi removida
    .told =
        Uma chave de acesso foi removida da sua conta em { $site }. Ela já não permite entrar.

passkey-copy-suspected =
    .subject = Uma chave de acesso foi recusada ({ $site })
    .heading = Uma chave de acesso foi recusada
    .told =
        Alguém tentou entrar na sua conta em { $site } com uma das suas chaves de acesso, ou com uma cópia: o contador
        dela não avançou desde o último uso, por isso foi recusada. Se isto acontecer quando é você que está entrando,
        remova essa chave de acesso e adicione-a de novo.

phone-set =
    .subject = Um número de telefone foi registrado ({ $site })
    .heading = Um número de telefone foi registrado
    .told =
        O número de telefone { $number } foi confirmado para a sua conta em { $site }. Ele substitui qualquer número
        anterior e pode ser usado para entrar.

phone-removed =
    .subject = O número de telefone foi removido ({ $site })
    .heading = O número de telefone foi removido
    .told =
        O número de telefone { $number } foi removido da sua conta em { $site }. Já não pode ser usado para entrar.

account-locked-by-owner =
    .subject = A sua conta em { $site } está bloqueada
    .heading = A sua conta está bloqueada
    .told =
        A sua conta em { $site } foi bloqueada porque um link de um dos nossos e-mails foi usado para dizer que algo não
        foi feito por você.

        Todas as sessões foram encerradas. Ninguém pode entrar até que a conta seja reaberta.
    .advice-heading = O que fazer agora
    .advice =
        Para reabrir a conta, defina uma nova senha. Se não foi você que usou o link, faça o mesmo e proteja a sua caixa
        de e-mail: outra pessoa pode lê-la.
    .page = Definir uma nova senha

account-locked-by-staff =
    .subject = A sua conta em { $site } está bloqueada
    .heading = A sua conta está bloqueada
    .told =
        A sua conta em { $site } foi bloqueada pela nossa equipe.

        Todas as sessões foram encerradas. Ninguém pode entrar até que a conta seja reaberta.
    .advice-heading = O que fazer agora
    .advice =
        Para que seja reaberta, contate o nosso atendimento. Uma nova senha não remove este bloqueio.

account-unlocked =
    .subject = A sua conta em { $site } está desbloqueada
    .heading = A sua conta está desbloqueada
    .told = A sua conta em { $site } foi desbloqueada. Já pode entrar de novo.

code-by-sms =
    .subject = Um código para a sua conta em { $site }
    .heading = Foi pedido um código
    .told = Foi pedido um código por SMS em { $site }.

## SMS: só com letras do alfabeto GSM, no qual faltam ã, ç, ó e ú

sms =
    .sign-in = { $code } é a sua chave para entrar em { $site }. Nunca a passe a ninguém.
    .reauthentication = { $code } é a sua chave para confirmar a sua identidade em { $site }. Nunca a passe a ninguém.
    .number = { $code } é a sua chave para confirmar este telefone em { $site }. Nunca a passe a ninguém.
    .enrolment = { $code } é a sua chave para ativar as chaves por SMS em { $site }. Nunca a passe a ninguém.

## Páginas

page-verify =
    .title = Confirme o seu endereço de e-mail
    .text = Use o botão para confirmar que este endereço é seu.
    .button = Confirmar endereço

page-verified =
    .title = Endereço confirmado
    .text = O seu endereço está confirmado. Já pode entrar.

page-reset =
    .title = Defina uma nova senha
    .text =
        Quando a nova senha é definida, todas as sessões da sua conta são encerradas. O segundo fator não muda.
    .new-password =
        Nova senha (pelo menos { $least ->
            [one] { $least } caractere
           *[other] { $least } caracteres
        })
    .button = Definir senha

page-reset-done =
    .title = Senha definida
    .text = A sua nova senha está definida e todas as sessões foram encerradas. Entre agora com ela.

page-not-me =
    .title = Não fui eu
    .text =
        Use o botão se aquilo de que fala o e-mail não foi feito por você. A sua conta é bloqueada imediatamente, todas
        as sessões são encerradas e ninguém pode entrar.

        Para reabri-la, você define uma nova senha por meio de um link que enviamos por e-mail.
    .button = Bloquear a minha conta

page-locked =
    .title = Conta bloqueada
    .text =
        A sua conta está bloqueada e todas as sessões foram encerradas. Enviamos um e-mail que explica como reabri-la.

page-forgot =
    .title = Esqueceu a sua senha?
    .text = Enviamos um link para definir uma nova.
    .identifier = Endereço de e-mail ou número de usuário
    .malformed = Isto não é um endereço de e-mail nem um número de usuário.
    .button = Enviar link

page-forgot-done =
    .title = Veja o seu e-mail
    .text = Se essa conta existir, um e-mail com um link está a caminho.

page-setup =
    .title = Criar o primeiro operador
    .text = O operador entra com esta conta.
    .email = Endereço de e-mail
    .malformed = Isto não é um endereço de e-mail.
    .password =
        Senha (pelo menos { $least ->
            [one] { $least } caractere
           *[other] { $least } caracteres
        })
    .button = Criar operador

page-setup-done =
    .title = Operador criado
    .text =
        Entre com este endereço e configure um aplicativo autenticador: os operadores precisam de um segundo fator.

page-dead-link =
    .title = O link já não funciona
    .text = Expirou, já foi usado ou foi substituído por um mais recente. Peça um novo.

page-too-many =
    .title = Tentativas demais
    .text = Espere um pouco e tente de novo.

page-failed =
    .title = Não funcionou
    .text = Nada foi alterado. Tente de novo daqui a pouco.

password =
    .too-short =
        Escolha outra senha: ela deve ter pelo menos { $least ->
            [one] { $least } caractere
           *[other] { $least } caracteres
        }.
    .too-long = Escolha outra senha: esta é longa demais.
    .common = Escolha outra senha: esta está entre as mais comuns.
    .repetition = Escolha outra senha: esta repete um único caractere.
    .own-name = Escolha outra senha: esta é o seu endereço, o seu nome aqui ou o nome deste site.
    .breached = Escolha outra senha: esta é conhecida de um vazamento de dados, aqui ou em outro lugar.
    .used-before = Escolha outra senha: esta já foi usada aqui antes.
