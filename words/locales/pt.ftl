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
    .network = Rede
    .reason = Motivo
    .approved = Aprovação
    .handed-over = Entrega
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

password-change-required =
    .subject = Defina uma nova senha para { $site }
    .heading = Precisa de uma nova senha
    .told =
        A senha da sua conta em { $site } já não funciona. { $reason ->
            [short] Era usada com um segundo passo. Já não existe nenhum, e sozinha a senha é curta demais.
           *[compromised] Há sinais de que outra pessoa pode conhecê-la.
        }

        Todas as sessões foram encerradas.
    .advice-heading = O que fazer agora
    .advice =
        Defina uma nova senha. Se usava a antiga também noutros lugares, altere-a lá também.
    .link = Definir uma nova senha
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Pedir um link para definir uma nova senha

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

# Alertas. O que foi feito por causa de um.
response =
    .step-up =
        Por segurança, durante um dia as alterações na conta pedem uma nova prova de identidade, e as entradas em
        dispositivos novos têm de ser confirmadas por e-mail.
    .end-session = Todas as sessões da conta foram encerradas. Entre novamente.
    .hold =
        Durante um dia, a senha, os endereços e a segunda etapa não podem ser alterados de dentro da conta. Tudo o que
        foi pedido assim fica em espera.

suspicion-guesses =
    .subject = Alguém tenta adivinhar o acesso à sua conta em { $site }
    .heading = Alguém tenta adivinhar o acesso à sua conta
    .told = { $cause ->
            [codes]
                Foram digitados muitos códigos errados para a sua conta em { $site }. Quem chega até aí conhece a sua
                senha.
           *[passwords]
                Foram digitadas muitas senhas erradas para a sua conta em { $site }. Nós travamos isso; ninguém entrou
                assim. Pode continuar a usar os seus dispositivos como sempre.
        }
    .advice-heading = O que fazer agora
    .advice =
        Se foi você, não precisa fazer nada. Se usa a mesma senha noutro lugar, ou se alguém pode conhecê-la, defina uma
        nova.
    .page = Definir uma nova senha

suspicion-sign-in =
    .subject = Algo incomum na sua conta em { $site }
    .heading = Algo incomum na sua conta
    .told = { $cause ->
            [session]
                Uma sessão da sua conta em { $site } continuou a partir de outra rede e com outro navegador ou sistema.
           *[sign-in] Alguém entrou na sua conta em { $site } de uma forma incomum.
        }

suspicion-change =
    .subject = Verifique as últimas alterações da sua conta em { $site }
    .heading = Verifique as últimas alterações da sua conta
    .told = { $cause ->
            [number]
                Alguém usou um número de telefone alterado há pouco para entrar na sua conta em { $site }.
           *[recovery]
                Caminhos de volta para a sua conta em { $site } foram usados ou alterados como fazem os ladrões.
        }

account-locked-by-alert =
    .subject = A sua conta em { $site } está bloqueada para sua proteção
    .heading = A sua conta está bloqueada para sua proteção
    .told =
        A sua conta em { $site } foi bloqueada { $cause ->
            [campaign] porque alguém entrou num dispositivo novo logo depois de muitas tentativas de senha
            [storm] porque uma segunda etapa foi aceite depois de muitos pedidos recusados
            [takeover] porque caminhos de volta foram alterados logo depois de uma entrada num dispositivo novo
           *[signs] porque vários sinais independentes indicam que outra pessoa está nela
        }.

        Todas as sessões foram encerradas. Ninguém pode entrar até que a conta seja reaberta.
    .advice-heading = O que fazer agora
    .advice =
        Para reabrir a conta, defina uma nova senha. Faça-o também se tudo isso foi você: não podíamos saber.
    .page = Definir uma nova senha

account-unlocked =
    .subject = A sua conta em { $site } está desbloqueada
    .heading = A sua conta está desbloqueada
    .told = A sua conta em { $site } foi desbloqueada. Já pode entrar de novo.

confirm-sign-in =
    .subject = É você? Um acesso a { $site } espera por você
    .heading = Um acesso espera por você
    .told =
        Alguém que sabe a sua senha está entrando na sua conta em { $site }, a partir de um lugar ou de uma rede que você
        ainda não tinha usado. A pessoa ainda não entrou: o acesso espera a sua confirmação.
    .advice-heading = O que fazer agora
    .advice =
        Se é você, abra o link e confirme. O dispositivo que espera continua sozinho.

        Se não é você, abra o link e diga-o: bloqueamos a conta imediatamente. Se o link já não funcionar, defina uma nova
        senha. Não confirme só porque alguém pede.
    .link = Ver o acesso: confirmá-lo ou bloquear a minha conta
    .terms =
        O link funciona durante { $minutes ->
            [one] { $minutes } minuto
           *[other] { $minutes } minutos
        } e uma única vez. Antes de qualquer ação, perguntamos a você.
    .page = Definir uma nova senha

prove-email =
    .subject = Confirme o seu novo endereço de e-mail ({ $site })
    .heading = Confirme o seu novo endereço de e-mail
    .told =
        Este endereço vai ser o novo endereço de e-mail de uma conta em { $site }.

        Se não sabe disto, não faça nada: sem a sua confirmação, o endereço não será usado.
    .link = Confirmar este endereço de e-mail
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Ir a { $site } para pedir um link

prove-recovery-email =
    .subject = Confirme o seu endereço de recuperação ({ $site })
    .heading = Confirme o seu endereço de recuperação
    .told =
        Este endereço vai ser o endereço de recuperação de uma conta em { $site }.

        Se não sabe disto, não faça nada: sem a sua confirmação, o endereço não será usado.
    .link = Confirmar este endereço de e-mail
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Ir a { $site } para pedir um link

email-changed =
    .subject = O seu endereço de e-mail foi alterado ({ $site })
    .heading = O seu endereço de e-mail foi alterado
    .told =
        O endereço de e-mail da sua conta em { $site } é agora { $address }. O anterior já não pode ser usado para entrar.

undo-address =
    .heading = Não foi você?
    .change =
        Se esta alteração foi sua, não é preciso fazer nada. Caso contrário, desfaça-a com o link abaixo: este endereço
        volta a ser o da conta, todas as sessões são encerradas imediatamente, e em seguida você define uma nova senha.
    .change-alone =
        Se esta alteração foi sua, não é preciso fazer nada. Caso contrário, procure o e-mail que enviamos ao endereço
        anterior e desfaça a alteração com o link que ele contém, ou defina imediatamente uma nova senha.
    .link = Não fui eu: desfazer a alteração
    .terms =
        O link funciona até { $until } e uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .terms-open =
        O link funciona por tempo limitado e uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

email-restored =
    .subject = O seu endereço de e-mail voltou a ser o anterior ({ $site })
    .heading = O seu endereço de e-mail voltou a ser o anterior
    .told =
        A alteração do endereço de e-mail da sua conta em { $site } foi desfeita: ele é de novo { $address }.

        Todas as sessões foram encerradas e a conta está bloqueada. Para reabri-la, defina uma nova senha por meio de um
        link que enviamos a este endereço.
    .page = Definir uma nova senha

recovery-email-set =
    .subject = Um endereço de recuperação foi registrado ({ $site })
    .heading = Um endereço de recuperação foi registrado
    .told =
        O endereço de recuperação { $address } foi confirmado para a sua conta em { $site }. Ele substitui qualquer outro
        anterior.

recovery-email-removed =
    .subject = O endereço de recuperação foi removido ({ $site })
    .heading = O endereço de recuperação foi removido
    .told = O endereço de recuperação { $address } foi removido da sua conta em { $site }.

address-wanted-elsewhere =
    .subject = Alguém quis usar o seu endereço em { $site }
    .heading = Alguém quis usar o seu endereço
    .told =
        Alguém que entrou em outra conta em { $site } quis usar lá este endereço. Ele pertence à sua conta, por isso nada
        foi alterado.

        Se foi você, use lá outro endereço. Se não foi você, não é preciso fazer nada. A pessoa que tentou não foi
        informada de que você tem uma conta.
    .page = Definir uma nova senha

reset-held =
    .subject = Foi pedida uma nova senha ({ $site })
    .heading = Foi pedida uma nova senha
    .told =
        Alguém pediu uma nova senha para a sua conta em { $site }.

        O endereço de e-mail da conta foi alterado há pouco tempo. Durante alguns dias após uma alteração, os links que
        definem uma senha vão para o endereço anterior, para que ninguém possa apoderar-se de uma conta alterando o
        endereço dela.
    .advice-heading = Não foi você?
    .advice = Se não fez este pedido, não faça nada: a sua senha continua a mesma.
    .page = Pedir de novo mais tarde

factor-recovery-prove =
    .subject = Confirme que perdeu a sua segunda etapa ({ $site })
    .heading = Confirme que perdeu a sua segunda etapa
    .told =
        Alguém que sabe a senha da sua conta em { $site } diz que perdeu todas as segundas etapas para entrar. Se é você,
        siga este link e dê mais uma prova: o link do e-mail enviado ao seu endereço de recuperação, um código de
        recuperação ou um código por SMS.
    .link = Confirmar que sou eu
    .terms = O link funciona uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

factor-recovery-requested =
    .subject = Alguém quer remover a sua segunda etapa ({ $site })
    .heading = Alguém quer remover a sua segunda etapa
    .told =
        Alguém que sabe a senha da sua conta em { $site } pede que sejam removidas todas as segundas etapas para entrar. Se
        for confirmado de duas maneiras, isso é feito após um prazo de espera.
    .advice-heading = Não foi você?
    .advice =
        Se não foi você, outra pessoa sabe a sua senha. Interrompa a recuperação e depois defina uma nova senha.
    .link = Não fui eu: interromper
    .terms = O link funciona uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

factor-recovery-scheduled =
    .subject = A sua segunda etapa vai ser removida ({ $site })
    .heading = A sua segunda etapa vai ser removida
    .told =
        Foi confirmada de duas maneiras a perda de todas as segundas etapas para entrar na sua conta em { $site }. Elas podem
        ser removidas a partir de { $until }.
    .advice-heading = Não foi você?
    .advice =
        Se não foi você, outra pessoa sabe a sua senha. Interrompa a recuperação e depois defina uma nova senha.
    .link = Não fui eu: interromper
    .terms = O link funciona uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

factor-recovery-complete =
    .subject = O seu caminho de volta à conta ({ $site })
    .heading = O seu caminho de volta à conta
    .told =
        A partir de { $from }, o link abaixo remove todas as segundas etapas para entrar na sua conta em { $site }. A sua
        senha também é necessária. Depois, entre e configure imediatamente uma nova segunda etapa.
    .link = Remover as minhas segundas etapas
    .terms = O link funciona uma única vez. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Definir uma nova senha

factor-recovery-stopped =
    .subject = A recuperação foi interrompida ({ $site })
    .heading = A recuperação foi interrompida
    .told =
        A recuperação da sua conta em { $site } foi interrompida, por um link em um e-mail ou porque alguém entrou com a
        segunda etapa. Se não pediu essa recuperação, defina uma nova senha: outra pessoa sabe a sua.
    .page = Definir uma nova senha

factor-recovery-completed =
    .subject = As suas segundas etapas foram removidas ({ $site })
    .heading = As suas segundas etapas foram removidas
    .told =
        Todas as segundas etapas para entrar na sua conta em { $site } foram removidas e todas as sessões foram encerradas.
        Entre com a sua senha e configure imediatamente uma nova segunda etapa.
    .page = Definir uma nova senha

recovery-prove-contact =
    .subject = Confirme o seu endereço para o atendimento ({ $site })
    .heading = Confirme o seu endereço para o atendimento
    .told =
        Alguém pediu ao atendimento de { $site } que recupere uma conta e indicou este endereço para contato. O atendimento
        examina o pedido assim que o endereço for confirmado.

        Se não foi você, não faça nada: ninguém vai examinar o pedido.
    .link = Confirmar este endereço
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Ir a { $site }

recovery-message =
    .subject = O atendimento escreveu para você ({ $site })
    .heading = O atendimento escreveu para você
    .told =
        Há uma nova mensagem no seu pedido de recuperação em { $site }. Ela não está neste e-mail: leia-a onde o pedido foi
        feito.

recovery-rejected =
    .subject = O seu pedido de recuperação foi recusado ({ $site })
    .heading = O seu pedido de recuperação foi recusado
    .told =
        O atendimento de { $site } não conseguiu confirmar que a conta é sua.

        Você pode recorrer uma vez, onde o pedido foi feito; nesse caso, outras pessoas decidem.

recovery-appeal-rejected =
    .subject = O seu pedido de recuperação foi recusado ({ $site })
    .heading = O seu pedido de recuperação foi recusado
    .told =
        O atendimento de { $site } não conseguiu confirmar que a conta é sua.

        Esta foi a decisão sobre o seu recurso. Ela é definitiva.

recovery-approved =
    .subject = O seu pedido de recuperação foi aprovado ({ $site })
    .heading = O seu pedido de recuperação foi aprovado
    .told =
        O atendimento de { $site } aprovou o seu pedido. Para sua proteção há um prazo de espera, durante o qual todas as
        pessoas contatáveis pela conta são avisadas e podem interromper o processo. Em { $until } você recebe um link para
        definir uma nova senha.

recovery-stopped =
    .subject = O seu pedido de recuperação foi interrompido ({ $site })
    .heading = O seu pedido de recuperação foi interrompido
    .told =
        A recuperação da conta em { $site } foi interrompida durante o prazo de espera, por alguém contatável pela conta ou
        pela nossa equipe. Nada foi alterado.

recovery-lapsed =
    .subject = O seu pedido de recuperação foi encerrado ({ $site })
    .heading = O seu pedido de recuperação foi encerrado
    .told =
        Há muito tempo que nada acontece no seu pedido sobre uma conta em { $site }, e ninguém decidiu sobre ele. Agora
        está encerrado, e nada foi alterado. O que nos enviou é destruído depois de algum tempo. Pode abrir um novo
        pedido.

recovery-handed-over =
    .subject = A sua conta foi recuperada ({ $site })
    .heading = A sua conta foi recuperada
    .told =
        A sua conta em { $site } é sua de novo. Os segundos fatores foram removidos e todas as sessões foram encerradas.

        Defina uma nova senha e depois configure imediatamente um segundo fator.
    .link = Definir uma nova senha
    .terms =
        O link funciona durante { $hours ->
            [one] { $hours } hora
           *[other] { $hours } horas
        } e uma única vez.
    .page = Pedir um link para definir uma nova senha

recovery-warning =
    .subject = A sua conta está prestes a ser entregue ({ $site })
    .heading = A sua conta está prestes a ser entregue
    .told =
        Alguém que diz ser dono da sua conta em { $site } apresentou documentos ao nosso atendimento, que aprovou o pedido.
        Todos os segundos fatores serão removidos e uma nova senha será definida.
    .advice-heading = Não foi você que pediu isto?
    .advice =
        Interrompa o processo com o link abaixo. A sua conta fica então exatamente como está. Entrar com o seu segundo
        fator também o interrompe.
    .link = Interromper: a conta é minha
    .terms = O link funciona até { $until }. Antes de qualquer ação, pedimos a sua confirmação.
    .page = Ir a { $site }

recovery-lost =
    .subject = A sua conta foi entregue ({ $site })
    .heading = A sua conta foi entregue
    .told =
        Após o prazo de espera, o atendimento entregou a sua conta em { $site } à pessoa que a tinha pedido. Este endereço
        e este número já não pertencem a ela, ou os segundos fatores foram removidos.

        Se não foi você que pediu isto, contate imediatamente o nosso atendimento.

code-by-sms =
    .subject = Um código para a sua conta em { $site }
    .heading = Foi pedido um código
    .told = Foi pedido um código por SMS em { $site }.

## SMS: só com letras do alfabeto GSM, no qual faltam ã, ç, ó e ú

sms =
    .sign-in = { $code } é a sua chave para entrar em { $site }. Nunca a passe a ninguém.
    .reauthentication = { $code } é a sua chave para confirmar a sua identidade em { $site }. Nunca a passe a ninguém.
    .factor-recovery = { $code } é a sua chave para remover as segundas etapas perdidas em { $site }. Nunca a passe a ninguém.
    .number = { $code } é a sua chave para confirmar este telefone em { $site }. Nunca a passe a ninguém.
    .enrolment = { $code } é a sua chave para ativar as chaves por SMS em { $site }. Nunca a passe a ninguém.

sms-recovery =
    .warning = { $site }: o atendimento vai entregar a sua conta a outra pessoa em { $until }. Se nada pediu, interrompa aqui: { $link }
    .lost = { $site }: o atendimento entregou a sua conta a outra pessoa. Se nada pediu, contate o atendimento sem demora.

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

page-confirm-sign-in =
    .title = É você?
    .text =
        Alguém que sabe a sua senha está entrando, a partir de um lugar ou de uma rede que você ainda não tinha usado:
    .warning =
        Confirme só se for você, neste momento, nesse dispositivo. Ninguém mais precisa da sua confirmação, seja o que for
        que digam.
    .approve = Sim, sou eu: deixar esse dispositivo entrar
    .deny = Não, não sou eu: bloquear a minha conta
    .locking =
        Se bloquear a sua conta, todas as sessões são encerradas e ninguém pode entrar. Para reabri-la, você define uma
        nova senha por meio de um link que enviamos por e-mail.

page-sign-in-confirmed =
    .title = Acesso confirmado
    .text = O dispositivo que esperava continua sozinho. Neste aqui, ninguém entrou.

page-confirm-email =
    .title = Confirme o seu novo endereço de e-mail
    .text =
        Use o botão para entrar com este endereço de agora em diante. As suas outras sessões são encerradas. O endereço
        anterior é avisado e permite desfazer a alteração durante alguns dias.
    .button = Confirmar endereço

page-confirm-email-done =
    .title = Endereço confirmado
    .text = A partir de agora você entra com este endereço.

page-confirm-recovery-email =
    .title = Confirme o seu endereço de recuperação
    .text =
        Use o botão para confirmar que este endereço é seu e vai ser o seu endereço de recuperação.
    .button = Confirmar endereço

page-confirm-recovery-email-done =
    .title = Endereço confirmado
    .text = Ele é agora o seu endereço de recuperação.

page-undo-email-change =
    .title = Desfazer a alteração do endereço de e-mail
    .text =
        Use o botão se a alteração não foi sua. O endereço anterior volta a ser o da conta, todas as sessões são encerradas
        e a conta é bloqueada.

        Para reabri-la, você define uma nova senha por meio de um link que enviamos ao endereço anterior.
    .button = Desfazer a alteração

page-undo-email-change-done =
    .title = Alteração desfeita
    .text =
        O endereço anterior é de novo o da conta e todas as sessões foram encerradas. Enviamos um e-mail que explica como
        voltar a entrar.

page-prove-recovery =
    .title = Recupere a sua conta
    .text = Use o botão para confirmar que foi você que perdeu todas as segundas etapas para entrar.
    .button = Sou eu

page-prove-recovery-done =
    .title = Confirmado
    .text = Siga também o link que enviamos ao seu outro endereço, se ainda não o fez.

page-stop-factor-recovery =
    .title = Interromper a recuperação
    .text =
        Use o botão se não foi você que fez o pedido. As suas segundas etapas para entrar ficam como estão. Quem fez o
        pedido sabe a sua senha: defina uma nova.
    .button = Interromper a recuperação

page-stop-factor-recovery-done =
    .title = Recuperação interrompida
    .text = Tudo fica como está. Defina agora uma nova senha: outra pessoa sabe a sua.

page-complete-recovery =
    .title = Remover as minhas segundas etapas
    .text =
        Todas as segundas etapas para entrar na sua conta são removidas e todas as sessões são encerradas. Depois, entre
        com a sua senha e configure imediatamente uma nova segunda etapa.
    .identifier = Endereço de e-mail ou número de usuário
    .password = Senha
    .wrong = O identificador ou a senha está incorreto.
    .button = Remover as minhas segundas etapas

page-complete-recovery-done =
    .title = Segundas etapas removidas
    .text = Entre com a sua senha e configure imediatamente uma nova segunda etapa.

page-recovery-contact =
    .title = Confirme o seu endereço para o atendimento
    .text = Use o botão para confirmar que o atendimento pode entrar em contato com você neste endereço.
    .button = Confirmar endereço

page-recovery-contact-done =
    .title = Endereço confirmado
    .text = O atendimento examina agora o seu pedido. Adicione os seus documentos onde o pedido foi feito.

page-stop-recovery =
    .title = Manter a minha conta
    .text =
        Use o botão se não foi você que pediu ao atendimento a recuperação da sua conta. Ela fica então como está.
    .button = Interromper a recuperação

page-stop-recovery-done =
    .title = Interrompido
    .text = Nada foi alterado na sua conta.

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
