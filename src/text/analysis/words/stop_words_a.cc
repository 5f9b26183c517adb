// The most frequent words of languages arabic to greek, one list a language.

#include "text/analysis/words/stop_words.h"

namespace elkhorn::text {

namespace {

constexpr StopWords lists[] = {
    {"arabic",
     R"(أ ألا أما أن أنت أنه أنها أو أى أي أيضا إذا إلا إلى إلي إما إن إنه إنها ا اذا الآن
الا الان التى التي الذى الذي الذين الى الي اما ان انت انه انها او اى اي ايضا ب بأن
بان بعد بعض به بها بين بينما تكون تلك ثم جميع حتى حيث خلال ذلك ضمن على عليه عليها عن
عند عندما غير ف فأن فان فما فهو فهى فهي في فيه فيها قبل قد كان كانت كل كما لا لدى لك
لكن لم لن له لها ما مع من منذ منه منها نحو هذا هذه هناك هو هى هي و وأن وإن وان وفي
وكان وكانت وكل ولا ولم ولن وما ومن وهو وهى وهي يكون)"},
    {"armenian",
     R"(այդ այլ այն այս դու դուք եմ են ենք ես եք է էի էին էինք էիր էիք էր ըստ թ ի ին իսկ իր
կամ համար հետ հետո մենք մեջ մի ն նա նաև նրա նրանք որ որը որոնք որպես ու ում պիտի վրա
և)"},
    {"basque",
     R"(al anitz arabera asko baina bat batean batek bati batzuei batzuek batzuetan batzuk
bera beraiek berau berauek bere berori beroriek beste bezala da dago dira ditu du
dute edo egin ere eta eurak ez gainera gu gutxi guzti haiei haiek haietan hainbeste
hala han handik hango hara hari hark hartan hau hauei hauek hauetan hemen hemendik
hemengo hi hona honek honela honetan honi hor hori horiei horiek horietan horko
horra horrek horrela horretan horri hortik hura izan ni noiz nola non nondik nongo
nor nora ze zein zen zenbait zenbat zer zergatik ziren zituen zu zuek zuen zuten)"},
    {"bengali",
     R"(অনেক অন্য অবশ্য আগে আছে আজ আবার আমরা আমাদের আর ই উত্তর উপর উপরে এ এই এক্ এখন এত এব
এমন এমনি এর এস এসে ও ওই কমনে করা করে কাছে কাজ কাজে কারণ কি কিছু কে কেউ কেখা কেন কোটি
কোনো কয়েক খুব গিয়ে গেল চার চালু চেষ্টা ছিল জানা জ্নজন টি তখন তবে তা তাই তো থাকা থেকে
দিন দু দুই দেওয়া ধামার নতুন না নাগাদ নিয়ে নেওয়া নয় পর পরে পাচ পি পেয়্র্ প্রতি প্রথম
প্রযন্ত প্রাথমিক প্রায় বক্তব্য বন বলা বলে বলেন বহু বা বি বিভিন্ন বেশ বেশি মতো মধ্যে
মনে যখন যদি যা যাওয়া যে র রকম লক্ষ শুধু শুরু সঙ্গে সব সহ সাধারণ সামনে সি সে সেই হতে
হাজার হয়)"},
    {"brazilian",
     R"(a ainda alem ambas ambos antes ao aonde aos apos aquele aqueles as assim com como
contra contudo cuja cujas cujo cujos da das de dela dele deles demais depois desde
desta deste dispoe dispoem diversa diversas diversos do dos durante e ela elas ele
eles em entao entre essa essas esse esses esta estas este estes ha isso isto logo
mais mas mediante menos mesma mesmas mesmo mesmos na nao nas nem nesse neste nos o
os ou outra outras outro outros pelas pelo pelos perante pois por porque portanto
propios proprio quais qual qualquer quando quanto que quem quer se seja sem sendo
seu seus sob sobre sua suas tal tambem teu teus toda todas todo todos tua tuas tudo
um uma umas uns)"},
    {"bulgarian",
     R"(а аз ако ала бе без беше би бил била били било близо бъдат бъде бяха в вас ваш ваша
вероятно вече взема ви вие винаги все всеки всички всичко всяка във въпреки върху г
ги главно го д да дали до докато докога дори досега доста е едва един ето за зад
заедно заради засега затова защо защото и из или им има имат иска й каза как каква
какво както какъв като кога когато което които кой който колко която къде където към
ли м ме между мен ми мнозина мога могат може моля момента му н на над назад най
направи напред например нас не него нея ни ние никой нито но някои някой няма обаче
около освен особено от отгоре отново още пак по повече повечето под поне поради
после почти прави пред преди през при пък първо с са само се сега си скоро след сме
според сред срещу сте съм със също т тази така такива такъв там твой те тези ти тн
то това тогава този той толкова точно трябва тук тъй тя тях у харесва ч че често
чрез ще щом я)"},
    {"catalan",
     R"(a abans ací ah així això al aleshores algun alguna algunes alguns alhora allà allí
allò als altra altre altres amb ambdues ambdós apa aquell aquella aquelles aquells
aquest aquesta aquestes aquests aquí baix cada cadascuna cadascunes cadascuns
cadascú com contra d'un d'una d'unes d'uns dalt de del dels des després dins dintre
donat doncs durant e eh el els em en encara ens entre eren es esta estaven esteu
està estàvem estàveu et etc ets fins fora gairebé ha han has havia he hem heu hi ho
i igual iguals ja l'hi la les li li'n llavors m'he ma mal malgrat mateix mateixa
mateixes mateixos me mentre meu meus meva meves molt molta moltes molts mon mons més
n'he n'hi ne ni no nogensmenys només nosaltres nostra nostre nostres o oh oi on pas
pel pels per perquè però poc poca pocs poques potser propi qual quals quan quant que
quelcom qui quin quina quines quins què s'ha s'han sa semblant semblants ses seu
seus seva seves si sobre sobretot solament sols son sons sota sou sóc són t'ha t'han
t'he ta tal també tampoc tan tant tanta tantes teu teus teva teves ton tons tot tota
totes tots un una unes uns us va vaig vam van vas veu vosaltres vostra vostre
vostres érem éreu és)"},
    {"cjk",
     R"(a and are as at be but by for if in into is it no not of on or s such t that the
their then there these they this to was will with www)"},
    {"czech",
     R"(a aby aj ale ani asi atd atp až bez bude budem budeš by byl byla byli bylo být co
což cz další dnes do ho i jak jakmile jako jakož je jeho jehož jej jejich její
jelikož jemu jen ještě jež ji jiné již jsem jseš jsme jsou jste já jí jíž k kam kde
kdo když ke kterou která které který kteří mezi mi mne my má máte mít mě můj může na
nad napište načež naši nebo neg nejsou není než nic nové nový nám nás němu němuž o
od on ona oni ono ony pak po pod podle pokud pouze pravé pro proto protože proč
první pta před přes při přičemž re s se si strana své svých svým svými ta tak také
takže tato tedy ten tento teto tipy to tohle toho tohoto tom tomto tomu tomuto tu
tuto ty tyto téma tím tímto těm těmu u už v vaše ve vy vám vás více však z za zda
zde ze zprávy zpět či článku články)"},
    {"danish",
     R"(ad af alle alt anden at blev blive bliver da de dem den denne der deres det dette
dig din disse dog du efter eller en end er et for fra ham han hans har havde have
hende hendes her hos hun hvad hvis hvor i ikke ind jeg jer jo kunne man mange med
meget men mig min mine mit mod ned noget nogle nu når og også om op os over på selv
sig sin sine sit skal skulle som sådan thi til ud under var vi vil ville vor være
været)"},
    {"dutch",
     R"(aan al alles als altijd andere ben bij daar dan dat de der deze die dit doch doen
door dus een eens en er ge geen geweest haar had heb hebben heeft hem het hier hij
hoe hun iemand iets ik in is ja je kan kon kunnen maar me meer men met mij mijn moet
na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen
tot u uit uw van veel voor want waren was wat werd wezen wie wil worden wordt zal ze
zelf zich zij zijn zo zonder zou)"},
    {"english",
     R"(a an and are as at be but by for if in into is it no not of on or such that the
their then there these they this to was will with)"},
    {"estonian",
     R"(a aa abil adaa adjöö ae aegu aegus aga ah ah-ah-ah ah-haa ahaa ahah ahoi ai aidaa
aidu-raidu aih aijeh aina ainult aituma aitäh aitüma alalt alates alati alguks algul
algule algult alguni all alla allapoole alles allpool alt altpoolt alul alutsi ammuu
amps ampsti aptsih arvel asemel asemele ass at at-at-at ata atsih atsihh auh b
bai-bai bingo braavo brr c d e eales ealeski edasi edaspidi ee eeh eel eeli eelkõige
eelmine eemal ees eesotsas eespool eest eestotsast ega eh eh-eh-ee eh-eh-hee ehee
eheh ehei ehh ehhee ehk ehkki ei eikeegi eimiski einoh eks elik ellik emb-kumb ena
enam end enda enese enge enim enne ennegu ennem ennäe ennäh ent esialgu esitsi et
ette etteotsa f fuh fui fuih g h haa haaval hah hah-hah-hah hahaa hakkama halleluuja
hallo halloo hass he-he-hee heaks hee heh hei heldeke(ne) heureka hihii
hip-hip-hurraa hmh hmjah hoh-hoh-hoo hohoo hoi hollallaa hommikupoole hoo hoolimata
hoopis hoplaa hopp hops hopsassaa hopsti hosianna huh huidii huist hulgas hulgast
hulka hurjah hurjeh hurjoh hurjuh hurraa huu hä-hä-hää häh hõhõh hõi hõissa
hõissassa hõk hõkk hüvasti i iga iganes igasugune igatahes igati igaüks ih-ah-haa
ih-ih-hii ii-ha-ha iial iialgi ikka ikkagi ilma ilmaski ise iseenda iseenese
iseenesest isegi isesugune issake issakene isver j ja ja-ah jaa-ah jaah jah jalgu
jalus jalust janäe jaoks jeeh jeerum jeever jessas jestas jooksul ju juba juhhei
juhul jumalaga jumalime jumaluke jumalukene just justkui jutas juurde juures juurest
jälil jälile järel järele järelikult järelt järgi järgmine k ka kaaps kaapsti kaasas
kaasike kae kah kallal kallale kallalt kalps kalpsti kamul kannul kannule kannult
kannäe kanäe kappadi kaps kapsti karkäuh karkääks karkääksti karkõmm karmauh
karmauhti karnaps karnapsti karniuhti karpartsaki karpauh karpauhti karplauh
karplauhti karprauh karprauhti karsumdi karsumm kartsumdi kartsumm karviuh karviuhti
kas kaske kassa kasvõi kaudu kauh kauhti kaupa keda keegi keh keksti kepsti kes
keset kesk keskel keskele keskelt keskis keskpaiku kestahes kestel kestes khe khm
kih kiiks kiiksti kiis kiiss kikerii kikerikii kilda kili kilk kilk-kõlk kilks
kilks-kolks kilks-kõlks kill kill-kõll killa-kolla killa-kõlla killadi
killadi-kõlladi killadi|-kolladi killas killast kimps-komps kimpu kimpus kipp
kips-kõps kiriküüt kirr-kõrr kirra-kõrra kirts kiuste klaps klapsti klirdi klirr
klonks klops klopsti klu-kluu kluk kläu klõks klõksti klõmdi klõmm klõmpsti klõnks
klõnksti klõps klõpsti kogu koguni kohal kohale kohalt kohaselt kohati kohe kohta
kohva-kohva kok kokku koks koksti kolaki kolk kolks kolksti koll kolladi komp komps
kompsti koos kop kopp koppadi kops kopsti korral kossu kotsu kraa kraak kraaks
kraaps kraapsti krahh kraks kraksti kraps krapsti krauh krauhti kriiks kriiksti
kriips kriips-kraaps kripa-krõpa krips-kraps kriuh kriuks kriuksti kromps kronk
kronks krooks kruu kräu kräuh kräuhti kräuks krõks krõksti krõpa krõps krõpsti krõuh
kss kuhu kuhugi kuhupoole kui kuid kuidagi kuidas kuigi kuivõrd kukeleegu kukil
kukile kukilt kukku kuku kulu kulul kumb kumbki kuna kunagi kuni kurluu kurnäu kus
kusagil kusjuures kuskil kuspool kuss kussu kust kustpoolt kut käekõrval käekõrvale
käekõrvalt käes käest kärr kärts kärtsti käsikäes kätte käuks käuksti kääga kääks
kääksti kõige kõigepealt kõik kõks kõksti kõldi kõlks kõlksti kõll kõmaki kõmdi kõmm
kõmps kõpp kõps kõpsadi kõpsat kõpsti kõrr kõrra-kõrra kõrva kõrval kõrvale kõrvalt
kõrvas kõrvast kõss kõtt kõõksti köh köki-möki köksti külge küljes küljest küll
küüsi küüsis küüsist l laks laksti lampsti lappi larts lartsti lats latsti leelo
legoo lehva ligi ligidal ligidale ligidalt liiga liiri-lõõri lika-lõka likat-lõkat
limpsti lips lipsti lirts lirtsaki lirtsti lisaks lonksti lool lops lopsti lorts
lortsti luks lups lupsti lurts lurtsti läbi lähedal lähedale lähedalt lärts lärtsti
läts lätsti lõks lõksti lõmps lõmpsti lõnks lõnksti lörts lörtsti lötsti lööps
lööpsti m m-mh man mant manu marss mats matsti mauh mauhti meelest meiesugune
meietaoline mh mhh mhmh miau midagi mihuke mihukene miks mil millal millalgi
milletaoline milline mina minake minema mingi mingisugune minusugune minutaoline mis
miski miskisugune mispärast missugune mistab mistahes mistõttu misuke mitmes
mitmesugune mitte mitu mitu-mitu mitu-setu mjaa mkm mnjaa mnjah moens muide muidu
muidugi muist mujal mujale mujalt mulks mulksti mull-mull mull-mull-mull muu muudkui
muuh mäh mäherdune mäts mäu mää määrane mõh mõlema mõlemad mõmm mõnda mõne
mõnesugune mõni mõnikord mõningane mõningas möh möh-öh-ää möö mööda müh-müh mühüh
müks müksti müraki mürr mürts mürtsaki mürtsti müt-müt müt-müt-müt müta-mäta
müta-müta mütaku müts mütsti mütt n naa naah naasugune nagu nah nahas nahka nahkas
najal najale najalt naks naksti nanuu naps napsti need nemad nendesugune
nendetaoline nigu nihuke nihukene nii niikaua niimitu niimoodi niipaljuke niisama
niisamasugune niisiis niisugune niivõrd nilpsti ning nipsti nirr nisuke nisukene
niuh niuh-näuh niuhti noh noksti nolpsti nonoh nonoo nonäh noo nooh nooks norr nurr
nuuts näeh näh nälpsti nämm-nämm näpsti näts nätsti näu näuh näuhti näuks näuksti
nääh nääks nõh nõhh nõjal nõjale nõka-nõka nõks nõks-nõks nõksat-nõksat nõksti nõnda
nõõ nõõh nühkat-nühkat nüüd o oeh oh oh-hoi oh-hoo oh-oh-hoo oh-oh-oo ohh ohhh ohoh
ohoi ohoo oi oih oijee oijeh olema olgugi oma omaenese omaette omakorda omasugune
omataoline omavahel ometi oo oo-oh oo-ohh ooh oot ossa ot otsa otsas otsast otsekui
otsenagu p paa pah pahh paigale paigu paiku paitsi pakaa palju palju-palju paljuke
pamm pantsti pardon pardonks parlartsti parts partsti partsumdi partsumm pastoi pats
patst patsti pau pauh pauhti peaaegu peagi peal peale pealepoole pealpool pealt
pealtpoolt peamiselt pele perra perrä pfui phuh phuuh phäh phähh pidama pidi pigem
pihta piiks piip piiri-pääri piki pikku piku pikuti pimm pimm-pamm pimm-pomm
pimm-põmm piraki pisut piu-pau piuks plaks plaksti plarts plartsti plats platsti
plauh plauhh plauhti pliks pliks-plaks plinn pliraki plirts plirtsti pliu pliuh
ploks plotsti plumps plumpsti plärr plärts plärtsat plärtsti pläu pläuh plää plõks
plõksti plõmdi plõmm plõnn plörtsat pomm pool poole poolest poolt popp pops popsti
ports pot pots potsti pott praegu praegune praks praksti prants prantsaki prantsti
prassai prauh prauhh prauhti priks priuh priuh-prauh priuhh proosit proost prr prrr
prääk prääks prõks prõksti prõmdi prõmm prõntsti psst pst ptrr ptruu ptüi puh puhh
puhul puksiiris puksti pumm pumps pup-pup-pup purts puuh päh pähe pähh päntsti
päralt päras pärast päri päris pää põiki põks põksti põmdi põmm põmmadi põnks põnn
põnnadi põnt põnts põntsti põraki põrr põrra-põrra pöörd püh r raks raksti raps
rapsti ratataa rauh riips riipsti riks riks-raks ringi ringis rips-raps risti risust
rivitult robaki rohkem rops ropsaki ropsti ruik räntsti räts röh röhh s saadetusel
saadik saama saatel saati sah sahh sahkat sama samas samasugune samataoline samuti
saps sapsti sauh sauhti seal sealpool sealt sealtpoolt seas seast sedakorda
sedapuhku see seega seejuures seejärel seekord seepärast sees seesama seesamane
seesamune seesinane seespool seest seesugune seetõttu sekka seljataga sellepärast
selline selmet seltsi seltsis seltsist seni servus sest sestab sestap sihka-sahka
sihkadi-sahkadi sihkat-sahkat sihuke sihukene siia siiani siiapoole siin siinkohal
siinpool siis siiski siit siitpoolt silk-solk silks sina sinna sinnapoole sinusugune
sinutaoline sips sipsti sirr sirr-sorr sirts sirtsti sisse sissepoole siu siuh
siuh-sauh siuh-säuh siuhti siuke siukene siuks siuts skool slepis so so-oh so-soo
soh solks solksti solpsti soo soo-oh sooh sopp sops sopsti sorr sorts sortsti soss
soss-soss ss sss sst stopp suhkat-sahkat suht suhtes sulk sulks sulksti sull
sulla-sulla sulpa-sulpa sulps sulpsti sumaki sumdi summ summat-summat sups supsaku
supsti surts surtsti suss susti suts sutsti säh säherdune sähke särts särtsti säu
säuh säuhti säärane t taevake taevakene taga tagant tagantotsast tagantpoolt
tagaotsas tagapidi tagapool tagaselja tagasi tagast tagutsi taha tahaotsa tahapoole
takk takka taoline tarvis tasa teel tegema teiesugune teine teineteise teispool
teispoole teistsugune tema temake temakene temasugune temataoline tere terekest
tibi-tibi tikk-takk tiks tilk tilks till till-tall tilla-talla tilulii tinn tip
tip-tap tirr tirtsti tiu tjaa tjah tohhoh tohhoo tohoh tohoo tok tokk toks toksti
tonks tonksti too toosama toosamane tot-tot tota totsti tprr tpruu trah trahh
trallallaa trill trillallaa trr trrr tsah tsahh tsilk tsilk-tsolk tsirr tsiuh tskae
tsolk tss tsst tst tsuhh tsuk tsumm tsurr tsäuh tuk tuks tulema turts turtsti tutki
tutkit tutu-lutu tutulutu tuuri tuuris tuut tuutu-luutu täiesti tänu tõesti tõks
tõttu tötsti tükkis tümps tšao tšš tššš u uh uh-huu uhal uhh uhtsa uhtsaa uhuh uhuu
ui uih uih-aih uijah uijeh uist uit uka umbes upsti uraa urjah urjeh urjoh urjuh urr
urraa ust utu uu uuh v vaak vaat vaatamata vae vaeh vahel vahele vahelt vahepeal
vahepeale vahepealt vahetsi vai vaid varal varale varul vastas vastast vastu vat vau
veel veelgi veerde veeres vhüüt vidiit viiks viisi vilks vilksti vinki-vinki virdi
virr vist viu viudi viuh viuhti voeh voh vohh volks volksti vooh vops vopsti vot vuh
vuhti vuih vulks vulksti vull vulpsti vups vupsaki vupsaku vupsti vurdi vurr
vurra-vurra vurts vurtsti vutt väel väele väga vähemalt välja väljapoole väljas
väljaspool väljast väljastpoolt vältel vääks väärt väärtki võe võeh või võib-olla
võibolla võidu võih võima võrd võrdki võrr võrra võrragi võts võtt w x y z ä äh
äh-hää äh-äh-hää ähh ähhähhää äiu äiu-ää ära äss ää ääh äähh äärde ääre ääres äärest
õ õe õhtupoole õits õk õkk õrr õss õuh ö öh öhh ök ü üh ühes ühestükis ühestükkis
ühtlasi üks üksi ükskõik üksteise ülal ülale ülalpool ülalt ülaltpoolt üle üles
ülespoole ülesse üleval ülevalpool ülevalt ülevaltpoolt ülimalt ümber ümbert üsna š
šlepis ž)"},
    {"finnish",
     R"(ei eivät emme en et ette että he heidän heidät heihin heille heillä heiltä heissä
heistä heitä hän häneen hänelle hänellä häneltä hänen hänessä hänestä hänet häntä
itse ja johon joiden joihin joiksi joilla joille joilta joina joissa joista joita
joka joksi jolla jolle jolta jona jonka jos jossa josta jota jotka kanssa keiden
keihin keiksi keille keillä keiltä keinä keissä keistä keitä keneen keneksi kenelle
kenellä keneltä kenen kenenä kenessä kenestä kenet ketkä ketä koska kuin kuka kun me
meidän meidät meihin meille meillä meiltä meissä meistä meitä mihin miksi mikä mille
millä miltä minkä minua minulla minulle minulta minun minussa minusta minut minuun
minä missä mistä mitkä mitä mukaan mutta ne niiden niihin niiksi niille niillä
niiltä niin niinä niissä niistä niitä noiden noihin noiksi noilla noille noilta noin
noina noissa noista noita nuo nyt näiden näihin näiksi näille näillä näiltä näinä
näissä näistä näitä nämä ole olemme olen olet olette oli olimme olin olisi olisimme
olisin olisit olisitte olisivat olit olitte olivat olla olleet ollut on ovat poikki
se sekä sen siihen siinä siitä siksi sille sillä siltä sinua sinulla sinulle sinulta
sinun sinussa sinusta sinut sinuun sinä sitä tai tallä te teidän teidät teihin
teille teillä teiltä teissä teistä teitä tuo tuohon tuoksi tuolla tuolle tuolta tuon
tuona tuossa tuosta tuotä tähän täksi tälle tältä tämä tämän tänä tässä tästä tätä
vaan vai vaikka yli)"},
    {"french",
     R"(ai aie aient aies ait as au aura aurai auraient aurais aurait auras aurez auriez
aurions aurons auront aux avaient avais avait avec avez aviez avions avons ayant
ayez ayons c ce ceci cela celà ces cet cette d dans de des du elle en es est et eu
eue eues eurent eus eusse eussent eusses eussiez eussions eut eux eûmes eût eûtes
furent fus fusse fussent fusses fussiez fussions fut fûmes fût fûtes ici il ils j je
l la le les leur leurs lui m ma mais me mes moi mon même n ne nos notre nous on ont
ou par pas pour qu que quel quelle quelles quels qui s sa sans se sera serai
seraient serais serait seras serez seriez serions serons seront ses soi soient sois
soit sommes son sont soyez soyons suis sur t ta te tes toi ton tu un une vos votre
vous y à étaient étais était étant étiez étions été étée étées étés êtes)"},
    {"galician",
     R"(a alí ao aos aquel aquela aquelas aqueles aquilo aquí as así aínda ben cando che co
coa coas comigo con connosco contigo convosco cos cun cunha cunhas cuns da dalgunha
dalgunhas dalgún dalgúns das de del dela delas deles desde deste do dos dun dunha
dunhas duns e el ela elas eles en era eran esa esas ese eses esta estaba estar este
estes estiven estou está están eu facer foi foron fun había hai iso isto la las lle
lles lo los mais me meu meus min miña miñas moi na nas neste nin no non nos nosa
nosas noso nosos nun nunha nunhas nuns nós o os ou para pero pode pois pola polas
polo polos por que se senón ser seu seus sexa sido sobre súa súas tamén tan te ten
ter teu teus teñen teño ti tido tiven tiña túa túas un unha unhas uns vos vosa vosas
voso vosos vós á é ó ós)"},
    {"german",
     R"(aber alle allem allen aller alles als also am an ander andere anderem anderen
anderer anderes anderm andern anderr anders auch auf aus bei bin bis bist da damit
dann das dasselbe dazu daß dein deine deinem deinen deiner deines dem demselben den
denn denselben der derer derselbe derselben des desselben dessen dich die dies diese
dieselbe dieselben diesem diesen dieser dieses dir doch dort du durch ein eine einem
einen einer eines einig einige einigem einigen einiger einiges einmal er es etwas
euch euer eure eurem euren eurer eures für gegen gewesen hab habe haben hat hatte
hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in
indem ins ist jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann
kein keine keinem keinen keiner keines können könnte machen man manche manchem
manchen mancher manches mein meine meinem meinen meiner meines mich mir mit muss
musste nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen
seiner seines selbst sich sie sind so solche solchem solchen solcher solches soll
sollte sondern sonst um und uns unse unsem unsen unser unses unter viel vom von vor
war waren warst was weg weil weiter welche welchem welchen welcher welches wenn
werde werden wie wieder will wir wird wirst wo wollen wollte während würde würden zu
zum zur zwar zwischen über)"},
    {"greek",
     R"(αλλα αν αντι απο αυτα αυτεσ αυτη αυτο αυτοι αυτοσ αυτουσ αυτων για δε δεν εαν ειμαι
ειμαστε ειναι εισαι ειστε εκεινα εκεινεσ εκεινη εκεινο εκεινοι εκεινοσ εκεινουσ
εκεινων ενω επι η θα ισωσ κ και κατα κι μα με μετα μη μην να ο οι ομωσ οπωσ οσο οτι
παρα ποια ποιεσ ποιο ποιοι ποιοσ ποιουσ ποιων που προσ πωσ σε στη στην στο στον τα
την τησ το τον τοτε του των ωσ)"},
};

}  // namespace

const std::span<const StopWords> first_stop_words = lists;

}  // namespace elkhorn::text
