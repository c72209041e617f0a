"""States, organisations, topics and addresses in sentences; words in context."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis import tables
from sco_analysis.dictionaries import compile_dictionary
from sco_analysis.errors import TableError
from sco_analysis.mentions import concordance, find_mentions

#: A sentence, and every key that it speaks of.
TRAPS = [
    ("The participants signed the Astana Declaration.", ""),
    ("These agreements, the Istanbul agreements, remain on the table.", ""),
    ("She teaches at King's College London.", ""),
    ("Trade fell to US$55 billion, if we count in US dollars.", ""),
    ("They asked us to help us all.", ""),
    ("The US and its allies left us alone.", "USA"),
    ("The Shanghai Cooperation Organisation met in Astana.", "KAZ org:sco"),
    ("Gas flows through TurkStream.", ""),
    ("Gas flows through the Turkish Stream pipeline.", ""),
    ("The East Turkistan Islamic Movement is banned.", ""),
    ("Donald Courter, Russia Today.", ""),
    ("RT was formerly known as Russia Today.", ""),
    ("There are plans for a plant in the city of Sinop.", "TUR"),
    ("The Sinopharm vaccine was delivered.", ""),
    ("After the Soviet Union collapsed, borders were unsettled.", ""),
    ("It was a post-Soviet move.", ""),
    ("Source – The Kremlin – VISIT WEBSITE", ""),
    ("The Kremlin announced a visit.", "RUS"),
    ("Voters in Atlanta, Georgia, lined up early.", ""),
    ("Georgia's runoff will decide who controls the Senate, Republicans say.", ""),
    ("Georgia and Armenia signed a transit deal.", "ARM GEO"),
    ("The Georgian government thanked Brussels.", "GEO org:eu"),
    ("They live in a Georgian townhouse in Dublin.", "IRL"),
    ("Georgia O'Keeffe painted flowers.", ""),
    ("Michael Jordan won six titles with the Chicago Bulls.", ""),
    ("Jordan's king met the president in Amman.", "JOR"),
    ("Jim Jordan chaired the committee.", ""),
    ("The Jordan River has shrunk.", ""),
    ("Chad and Sudan closed their border.", "SDN TCD"),
    ("My friend Chad plays guitar.", ""),
    ("Chad Smith plays drums.", ""),
    ("Lake Chad is drying up.", ""),
    ("We ate turkey at Thanksgiving.", ""),
    ("Turkey is roasted for Thanksgiving.", ""),
    ("Turkey said it would mediate.", "TUR"),
    ("Niger expelled the ambassador, Nigeria kept him.", "NER NGA"),
    ("The Niger Delta is polluted.", ""),
    ("The Niger River floods each year.", ""),
    ("Nigerien and Nigerian troops met.", "NER NGA"),
    ("Guinea, Guinea-Bissau, Equatorial Guinea and Papua New Guinea sent delegates.", "GIN GNB GNQ PNG"),
    ("The Gulf of Guinea is plagued by piracy.", ""),
    ("They were used as guinea pigs.", ""),
    ("The Democratic Republic of the Congo accused Rwanda.", "COD RWA"),
    ("The Republic of the Congo hosted the meeting in Brazzaville.", "COG"),
    ("The Congo River is deep.", ""),
    ("South Korea and North Korea exchanged fire.", "KOR PRK"),
    ("The two Koreas resumed talks.", "KOR PRK"),
    ("The situation on the Korean Peninsula is tense.", ""),
    ("Northern Ireland's parties met in Belfast.", "GBR"),
    ("Ireland recognised Palestine.", "IRL PSE"),
    ("George Washington crossed the Delaware.", ""),
    ("Washington denied the report.", "USA"),
    ("The Washington Post reported it.", ""),
    ("He moved from Seattle to Washington state.", ""),
    ("Denzel Washington stars in the film.", ""),
    ("She studies at the University of Washington.", ""),
    ("He wore a Panama hat.", ""),
    ("Panama controls the canal.", "PAN"),
    ("The tea was served in fine china.", ""),
    ("China exports porcelain.", "CHN"),
    ("Please polish the silver.", ""),
    ("Polish the table before guests arrive.", ""),
    ("Polish officials closed the border.", "POL"),
    ("Cuba Gooding Jr. won an Oscar.", ""),
    ("Cuba condemned the embargo.", "CUB"),
    ("Mexico City hosted the talks.", "MEX"),
    ("New Mexico voted on Tuesday.", ""),
    ("The Gulf of Mexico was renamed.", ""),
    ("The Paris Agreement entered into force.", ""),
    ("The Geneva Conventions protect civilians.", ""),
    ("The Vienna Convention on Diplomatic Relations applies.", ""),
    ("He teaches at Moscow State University.", ""),
    ("Bank of China opened a branch.", ""),
    ("Air India ordered new planes.", ""),
    ("The Indian Ocean is warming.", ""),
    ("Ships crossed the Persian Gulf and the English Channel.", ""),
    ("He plays American football.", ""),
    ("They ordered French fries and Swiss cheese.", ""),
    ("South Africa took Israel to court.", "ISR ZAF"),
    ("The Central African Republic held elections.", "CAF"),
    ("The Dominican Republic borders Haiti.", "DOM HTI"),
    ("Dominica was hit by a hurricane.", "DMA"),
    ("South Sudan and Sudan share oil.", "SDN SSD"),
    ("Timor-Leste joined ASEAN.", "TLS org:asean"),
    ("The Holy See sent an envoy.", "VAT"),
    ("Settlers attacked villages in the West Bank.", "PSE"),
    ("Taiwan held drills.", "TWN"),
    ("The Republic of China was founded in 1912.", "TWN"),
    ("The People's Republic of China protested.", "CHN"),
    ("Latin American leaders met.", ""),
    ("African Americans voted early.", ""),
    ("American Samoa is a territory.", ""),
    ("Samoa elected a new parliament.", "WSM"),
    ("The South China Sea is contested.", ""),
    ("The South China Morning Post reported it.", ""),
    ("She speaks Russian and Chinese fluently.", ""),
    ("The lecture was held in Russian.", ""),
    ("Instruction is provided in Russian.", ""),
    ("Russian-language programmes are popular.", ""),
    ("The Russian language is taught.", ""),
    ("Many Russian-speaking residents left.", ""),
    ("The Russian rouble fell against the yuan.", ""),
    ("Chinese, Russian and Iranian ships held drills.", "CHN IRN RUS"),
    ("The Turkish lira lost value.", ""),
    ("The Warsaw Pact dissolved.", "org:warsaw_pact"),
    ("The Berlin Wall fell.", ""),
    ("Stockholm syndrome was diagnosed.", ""),
    ("The Rome Statute was ratified.", ""),
    ("He is a fellow at Chatham House, a British foreign affairs think tank.", ""),
    ("Boris Johnson met Zelenskyy in Kyiv.", "GBR UKR"),
    ("Paris Hilton arrived.", ""),
    ("Paris, Texas, is a film.", ""),
    ("Moscow, Idaho, is a college town.", ""),
    ("Tokyo and Seoul agreed.", "JPN KOR"),
    ("Ankara mediated between Kyiv and Moscow.", "RUS TUR UKR"),
    ("The New York Times published the story.", ""),
    ("The UN General Assembly met in New York.", "USA org:un"),
    ("The UK and the U.S. signed.", "GBR USA"),
    ("The UAE and Saudi Arabia invest.", "ARE SAU"),
    ("Turkmenistan's president met the Iraqi Turkmen leader.", "IRQ TKM"),
    ("TURKEY AND CHINA SIGN DEAL", "CHN TUR"),
    ("TELL US WHAT YOU KNOW", ""),
    ("US PRESIDENT ARRIVES IN TOKYO", "JPN USA"),
    ("Qatar Airways cancelled flights to Doha.", "QAT"),
    ("The Doha Agreement was signed with the Taliban.", "AFG org:taliban"),
    ("The Minsk agreements failed.", ""),
    ("The Minsk Group was dissolved.", ""),
    ("Minsk hosted the summit.", "BLR"),
    ("The Vatican and Italy agreed.", "ITA VAT"),
    ("The Lebanese army deployed.", "LBN"),
    ("Jordanian pilots trained in Oman.", "JOR OMN"),
    ("Mali and Burkina Faso left ECOWAS.", "BFA MLI"),
    ("Malta's prime minister resigned.", "MLT"),
    ("The Maltese Falcon is a novel.", ""),
    ("Melania Trump wore white.", ""),
    ("Trump Tower was evacuated.", ""),
    ("Trump threatened tariffs on Canada.", "CAN USA"),
    ("Omar Sharif starred in Lawrence of Arabia.", ""),
    ("Sharif thanked Putin.", "PAK RUS"),
    ("Iran International is based abroad.", ""),
    ("Hong Kong's leader visited Beijing.", "CHN HKG"),
    ("Inner Mongolia borders Mongolia.", "MNG"),
    ("British Columbia is in Canada.", "CAN"),
    ("New South Wales and New England are regions.", ""),
    ("The Czech Republic and Slovakia voted.", "CZE SVK"),
    ("Côte d'Ivoire beat Ghana.", "CIV GHA"),
    ("Türkiye, Turkiye and Turkey are one.", "TUR"),
    ("The Swiss and the Dutch voted.", "CHE NLD"),
    ("The Republic of Korea joined.", "KOR"),
    ("The DPRK tested a missile.", "PRK"),
    ("Saint Petersburg hosted the forum.", "RUS"),
    ("The St. Petersburg International Economic Forum opened.", ""),
    ("The Indian foreign ministry protested.", "IND"),
    ("Beijing Foreign Studies University opened.", ""),
    ("The White House and the Kremlin spoke.", "RUS USA"),
    ("The Elysée declined to comment.", "FRA"),
    ("Downing Street welcomed it.", "GBR"),
    ("Air France resumed flights.", ""),
    ("France 24 broadcast the interview.", ""),
    ("Agence France-Presse reported it.", ""),
    ("The Times of India reported it.", ""),
    ("Bank of America cut jobs.", ""),
    ("The Mongolian president visited Ulaanbaatar.", "MNG"),
    ("Kosovo and Serbia met in Brussels.", "SRB XKX org:eu"),
    ("The Finnish president called.", "FIN"),
    ("Poles and Germans met.", "DEU POL"),
    ("The North Pole is melting.", ""),
    ("Somali pirates attacked.", "SOM"),
    ("The Crimean bridge was hit.", ""),
    ("The Monaco Grand Prix was cancelled.", ""),
    ("Israel Folau was sacked.", ""),
    ("India Today interviewed him.", ""),
    ("Kenya Airways and Kenya's government agreed.", "KEN"),
    ("Sydney Sweeney starred.", ""),
    ("Jack London wrote novels.", ""),
    ("London Breed was mayor.", ""),
    ("London and Washington ordered it.", "GBR USA"),
    ("The US-led coalition and US-made missiles.", "USA"),
    ("America first, Americans say.", "USA"),
    ("Central America and North America trade.", ""),
    ("Victoria Nuland spoke for the State Department.", "USA"),
    ("Xi called Putin an old friend.", "CHN RUS"),
    ("The city of Xi'an hosted the Central Asia summit.", "CHN"),
    ("The Turkic peoples share roots.", ""),
    ("The Organization of Turkic States met.", "org:ots"),
    ("Holland beat Italy.", "ITA NLD"),
    ("Tom Holland stars.", ""),
    ("Byelorussian and Kirghiz delegates.", "BLR KGZ"),
    ("Swaziland is now Eswatini.", "SWZ"),
    ("Burma became Myanmar.", "MMR"),
    ("The Marshall Islands sued.", "MHL"),
    ("The Comoros and the Maldives joined.", "COM MDV"),
    ("The Holy Roman Empire ended.", ""),
    ("A Mexican standoff followed.", ""),
    ("The Great Wall of China is long.", ""),
    ("The Cuban missile crisis is remembered.", "CUB"),
    ("The Vietnam veterans marched.", ""),
    ("The Ukrainian-born actor spoke.", "UKR"),
    ("The Bank of Russia raised rates.", "RUS"),
    ("Jordan Peterson spoke.", ""),
    ("Jordan Bardella leads the party.", ""),
    ("The New Yorker profiled him.", ""),
    ("The Sino-Russian border.", "CHN RUS"),
    ("The Taiwan Strait", "TWN"),
    ("They met in Georgia's capital, Tbilisi.", "GEO"),
    ("Biden won Georgia and Arizona.", "USA"),
    ("President Zourabichvili of Georgia spoke in Atlanta.", "GEO"),
    ("He attended Georgia Tech.", ""),
    ("South Georgia is an island.", ""),
    ("Oman mediated.", "OMN"),
    ("The Peru-Bolivia border.", "BOL PER"),
    ("The Turks and Caicos Islands", ""),
    ("The Turks and the Greeks.", "GRC TUR"),
    ("When in Rome, do as the Romans do.", ""),
    ("Japanese encephalitis and German measles spread.", ""),
    ("China plates and teacups were sold.", ""),
    ("Crimean-Congo fever was reported in Iraq.", "IRQ"),
    ("Clashes broke out in Tripoli, in northern Lebanon.", "LBN"),
    ("Tripoli and Benghazi signed a truce.", "LBY"),
    ("The Republic of Georgia lies far from Atlanta.", "GEO"),
    ("West Jordan, Utah, grows.", ""),
    ("The factory is in Lebanon, Pa.", ""),
    ("The Isthmus of Panama", ""),
    ("Alexandria Ocasio-Cortez spoke.", ""),
    ("Cuba libre is a drink.", ""),
    ("Romanian wine is sold in Omaha.", "ROU"),
    ("The Irish setter barked.", ""),
    ("Eid Mubarak to all.", ""),
    ("Mubarak resigned in 2011.", "EGY"),
    ("The Ministry of External Affairs summoned the envoy.", "IND"),
    ("The Kremlin denied it.", "RUS"),
    ("We value Russia–China trade.", "CHN RUS"),
    ("UK-based firms left the U.S.-China forum.", "CHN GBR USA"),
    ("In the US, US-based analysts told us.", "USA"),
    ("The usual suspects used USB sticks.", ""),
    ("The USSR and the GDR no longer exist.", ""),
    ("The Russian Empire fell in 1917.", ""),
    ("The Ottoman Turks took Constantinople.", ""),
    ("British India was partitioned into India and Pakistan.", "IND PAK"),
    ("East Germany joined the Federal Republic of Germany.", "DEU"),
    ("Chairman Mao and Deng Xiaoping", "CHN"),
    ("Jordan Pickford saved the penalty against Denmark.", "DNK"),
    ('"I love Paris," said Paris Johansson.', "FRA"),
    ("The Turkey-Syria border", "SYR TUR"),
    ("A turkey and a guinea fowl", ""),
    ("Guinea fowl are raised in Guinea.", "GIN"),
    ("A Jersey cow and a Guernsey sweater", ""),
    ("The Polish-Belarusian border", "BLR POL"),
    ("The nail polish was made in Poland.", "POL"),
    ("Finnish saunas, Turkish baths", "FIN"),
    ("They wore Cuban heels in Havana.", "CUB"),
    ("The Niger-Nigeria pipeline", "NER NGA"),
    ("Nigeria's Niger State", "NGA"),
    ("Equatorial Guinea's Malabo", "GNQ"),
    ("The Guinean president visited Conakry.", "GIN"),
    ("DR Congo and Congo-Brazzaville border Angola.", "AGO COD COG"),
    ("Kinshasa and Brazzaville face each other.", "COD COG"),
    ("The Dominican Order was founded in 1216.", ""),
    ("Georgia's Saakashvili", "GEO"),
    ("The University of Georgia is in Athens, Georgia.", ""),
    ("Jimmy Carter, born in Plains, Georgia", ""),
    ("The Georgia Bulldogs won.", ""),
    ("Brian Kemp, governor of Georgia", ""),
    ("The Russia-Georgia war of 2008", "GEO RUS"),
    ("Michael Jordan met the King of Jordan.", "JOR"),
    ("Chad Kroeger sang in Chad.", "TCD"),
    ("Kim Kardashian visited Armenia.", "ARM"),
    ("The North Korea-South Korea border", "KOR PRK"),
    ("The Korea Herald reported.", ""),
    ("Korea's Samsung", "KOR"),
    ("US$10 and A$5", ""),
    ("3 billion yuan, 200 Turkish lira, 5 Swiss francs", ""),
    ("The Japanese yen weakened as Japan intervened.", "JPN"),
    ("The Rossiyskaya Gazeta newspaper asked.", ""),
    ("China Central Television interviewed the president.", ""),
    ("The China Daily and the Global Times", ""),
    ("Radio Free Asia and Voice of America closed.", ""),
    ("The South China Morning Post is based in Hong Kong.", "HKG"),
    ("The World Youth Festival in Sochi", "RUS"),
    ("The Cannes Film Festival opened.", ""),
    ("The Berlin Film Festival", ""),
    ("The Venice Biennale", ""),
    ("The Toronto Maple Leafs", "CAN"),
    ("The Geneva Convention on Refugees", ""),
    ("The Brussels summit", "org:eu"),
    ("NATO headquarters in Brussels", "org:eu org:nato"),
    ("The Maastricht Treaty", ""),
    ("The Lisbon Treaty", ""),
    ("The Helsinki Final Act", ""),
    ("The Tehran Declaration and the Baku Initiative", ""),
    ("The Shanghai Cooperation Organization Charter", "org:sco"),
    ("The SCO Charter, the Dushanbe Declaration", "org:sco"),
    ("The Qingdao summit", "CHN"),
    ("Let's talk turkey.", ""),
    ("President Washington was the first.", ""),
    ("Washington's Birthday", "USA"),
    ("General Washington", ""),
    ("The state of Washington", ""),
    ("The Washington state legislature", ""),
    ("Washington State University", ""),
    ("He left for Washington, D.C.", "USA"),
    ("Northern Irish politicians", "GBR"),
    ("The Irish foreign minister", "IRL"),
    ("The Indian chief of the Sioux", "IND"),
    ("The Australian Open", ""),
    ("The French Open", ""),
    ("The American Revolution", "USA"),
    ("The Latin American bloc", ""),
    ("South American leaders", ""),
    ("He teaches English and French.", ""),
    ("He speaks Chinese.", ""),
    ("Chinese speakers learn Russian.", ""),
    ("The document was translated into Uzbek.", ""),
    ("King Abdullah II of Jordan", "JOR"),
    ("the Hashemite Kingdom", "JOR"),
    ("Swiss Re and Credit Suisse", "CHE"),
    ("Deutsche Bank", ""),
    ("British Airways", ""),
    ("Kuwait Airways", ""),
    ("Egyptian pyramids", "EGY"),
    ("Peruvian, Bolivian and Chilean miners", "BOL CHL PER"),
    ("Tehran's nuclear programme", "IRN"),
    ("the Tehran Times", ""),
    ("Tokyo Electric Power", "JPN"),
    ("The Chinese delegation left Geneva without comment.", "CHE CHN"),
    ("Chinatown businesses suffered.", ""),
    ("His surname is Jordan and he comes from Lebanon, Tennessee.", ""),
    ("Professor Chad Johnson gave a lecture on Niger.", "NER"),
    ("Michael B. Jordan starred in the film.", ""),
    ("Turkey farmers in Minnesota fear bird flu.", ""),
    ("Guinea-Bissau's president was ousted.", "GNB"),
    ("The Bissau-Guinean army took power.", "GNB"),
    ("Congolese troops fought M23 rebels near Goma.", "COD"),
    ("Congo-Brazzaville ships oil.", "COG"),
    ("Kim Jong Un met Putin in Vladivostok.", "PRK RUS"),
    ("North Korean soldiers fought in Kursk.", "PRK"),
    ("The Korean War ended in 1953.", ""),
    ("South Korean President Lee Jae-myung spoke.", "KOR"),
    ("Tell us about US policy.", "USA"),
    ("The U.S. Treasury imposed sanctions.", "USA"),
    ("Let us go to the U.K.", "GBR"),
    ("The dollar rose; $5 billion was lost.", ""),
    ("Payment was made in Chinese yuan.", ""),
    ("Hong Kong dollars were exchanged.", ""),
    ("The Hong Kong stock market fell.", "HKG"),
    ("The English-language daily reported it.", ""),
    ("He reads the Moscow Times.", ""),
    ("The Jerusalem Post wrote that Israel agreed.", "ISR"),
    ("Sputnik and Russia Today were blocked in the EU.", "org:eu"),
    ("CNN Türk broadcast it.", ""),
    ("Radio Free Europe left Kazakhstan.", "KAZ"),
    ("The Astana Process guarantors are Russia, Türkiye and Iran.", "IRN RUS TUR"),
    ("The Astana talks resumed.", "KAZ"),
    ("The Minsk Agreements were signed in 2015.", ""),
    ("The Budapest Memorandum gave assurances.", ""),
    ("The Tashkent Declaration was adopted.", ""),
    ("The Bishkek Declaration and the Samarkand Declaration", ""),
    ("The Treaty of Tlatelolco", ""),
    ("The Ottawa Convention bans mines.", ""),
    ("The Hague Convention applies.", ""),
    ("Judges in The Hague ruled.", "NLD"),
    ("The Montreux Convention regulates the Straits.", ""),
    ("The Washington Treaty founded NATO.", "org:nato"),
    ("The Dayton Accords ended the Bosnian war.", "BIH"),
    ("The Beijing Winter Olympics opened.", "CHN"),
    ("The Tokyo Stock Exchange fell.", ""),
    ("The London School of Economics published a study.", ""),
    ("Oxford University and Tsinghua University signed.", ""),
    ("The American University of Beirut closed.", ""),
    ("The Kyiv School of Economics counted.", ""),
    ("Georgia beat Alabama in football.", ""),
    ("Atlanta is the capital of Georgia.", ""),
    ("Tbilisi is the capital of Georgia.", "GEO"),
    ("A Georgian-style house stood there.", ""),
    ("The Georgian parliament passed the law.", "GEO"),
    ("The Dead Sea lies between Jordan and Israel.", "ISR JOR"),
    ("Jordan's Queen Rania visited.", "JOR"),
    ("The kingdom of Jordan was founded in 1946.", "JOR"),
    ("Chad's army entered N'Djamena.", "TCD"),
    ("The Chadian president died.", "TCD"),
    ("Mexico and the Gulf of Mexico", "MEX"),
    ("The state of New Mexico borders Mexico.", "MEX"),
    ("Papua New Guinea and Indonesia share New Guinea.", "IDN PNG"),
    ("The Irish Republic and Northern Ireland share an island.", "GBR IRL"),
    ("The Irish Sea separates them.", ""),
    ("Turkish Airlines flies to Tashkent.", "UZB"),
    ("East Turkestan separatists", ""),
    ("The Shanghai Spirit guides us.", ""),
    ("The Shanghai Stock Exchange closed.", ""),
    ("The Shanghai Pact is another name.", ""),
    ("The port of Shanghai is busy.", "CHN"),
    ("The Eurasian Economic Union and the SCO agreed.", "org:eaeu org:sco"),
    ("The Caspian Sea", ""),
    ("Lake Baikal and Lake Victoria", ""),
    ("The Sea of Japan", ""),
    ("The East China Sea", ""),
    ("The Taiwan Relations Act", "TWN"),
    ("The Baltic states", ""),
    ("Moldavian and Moldovan", "MDA"),
    ("The Kurdish people", ""),
    ("The Tajik language is close to Persian.", ""),
    ("They sang in Uzbek and Tajik.", ""),
    ("She translated Pushkin from Russian into Chinese.", ""),
    ("She studied Chinese at school.", ""),
    ("The Days of Kazakh Culture", "KAZ"),
    ("The Vienna Philharmonic played.", ""),
    ("Mr. Putin arrived in St. Petersburg.", "RUS"),
    ("The Soviet-era plant", ""),
    ("Nazi Germany invaded Poland.", "POL"),
    ("Japanese-American ties are strong.", "JPN USA"),
    ("The Franco-German axis", "DEU"),
    ("The Anglo-American alliance", "USA"),
    ("Sino-Indian border", "CHN IND"),
    ("The Indo-Pacific strategy", ""),
    ("The Iran-Iraq war", "IRN IRQ"),
    ("Palestinian Islamic Jihad", "PSE"),
    ("The Swiss franc", ""),
    ("Swiss President Viola Amherd", "CHE"),
    ("Peking University", ""),
    ("Macao's casinos", "MAC"),
    ("Saint Lucia and Saint Kitts and Nevis", "KNA LCA"),
    ("São Tomé and Príncipe", "STP"),
    ("Bosnia and Herzegovina joined.", "BIH"),
    ("Macedonia became North Macedonia.", "MKD"),
    ("The Republic of Ireland", "IRL"),
    ("Great Britain and Brittany", "GBR"),
    ("The Democratic Republic of Congo and Republic of Congo", "COD COG"),
    ("The Trump administration", "USA"),
    ("Berlin said it would help Kiev.", "DEU UKR"),
    ("Irving Berlin wrote songs.", ""),
    ("Paris and Berlin hesitated.", "DEU FRA"),
    ("Paris Jackson sang.", ""),
    ("Sofia Loren was there.", ""),
    ("Sofia and Bucharest joined Schengen.", "BGR ROU"),
    ("Lima and La Paz signed.", "BOL PER"),
    ("Adriana Lima walked.", ""),
    ("The Elbe and the Nile", ""),
    ("Victoria Falls", ""),
    ("Bavaria and Saxony", ""),
    ("Vladimir Lenin", ""),
    ("Moscow on the Hudson", "RUS"),
    ("Havana syndrome", ""),
    ("Cuban cigars", ""),
    ("Brazil nuts", ""),
    ("Persian rugs", ""),
    ("Iranian-American journalist", "IRN USA"),
    ("The Washington Nationals won.", ""),
    ("Booker T. Washington taught.", ""),
    ("Kerry Washington acted.", ""),
    ("Mount Washington is cold.", ""),
    ("Washington Irving wrote.", ""),
    ("the Lincoln Memorial in Washington, D.C.", "USA"),
    ("The Kremlin spokesman Dmitry Peskov", "RUS"),
    ("Foreign Minister Wang Yi", "CHN"),
    ("Secretary Blinken", "USA"),
    ("the Emir of Qatar", "QAT"),
    ("The Turkish leader said Ankara could help.", "TUR"),
    ("US-China relations", "CHN USA"),
    ("The USA and its satellites", "USA"),
    ("UN Secretary-General António Guterres", "org:un"),
    ("NATO's Sole Representative Erdogan", "TUR org:nato"),
    ("the Taliban", "AFG org:taliban"),
    ("Indonesia, Polynesia and Micronesia", "FSM IDN"),
    ("the Philippine peso", ""),
    ("A Maltese cross", ""),
    ("Denmark's Greenland", "DNK GRL"),
    ("They are Oman Air pilots.", ""),
    ("Etihad and Emirates fly there.", ""),
    ("Bahrain Grand Prix", ""),
    ("The Chinese Taipei team", "TWN"),
    ("Yerevan-Baku talks", "ARM AZE"),
    ("Azerbaijani's exports to Russia", "AZE RUS"),
    ("In Israel Netanyahu said no.", "ISR"),
    ("India Prime Minister Modi arrived.", "IND"),
    ("Chinese students at Harvard University protested.", "CHN"),
    ("The Minsk II deal collapsed.", ""),
    ("His daughter Georgia is six.", ""),
    ("Voters in Georgia head to the polls, said the governor.", ""),
    ("US Secretary of State Blinken visited Georgia and Armenia.", "ARM GEO USA"),
    ("Putin Visits China, Meets Students at Peking University", "CHN RUS"),
    ("The Islamic Republic said it would respond.", "IRN"),
    ("The Islamic Republic of Pakistan objected.", "PAK"),
    ("The Indian Institute of Technology admitted her.", ""),
    ("The British International Institute for Strategic Studies published a report.", ""),
    ("The Astana International Forum opened.", ""),
    ("In Russian politics, loyalty matters.", "RUS"),
    ("The text exists in Chinese, Russian and English.", ""),
    ("The agreement is drawn up in the Russian and Chinese languages.", ""),
    ("Prussia and Romania are not Russia or Oman.", "OMN ROU RUS"),
    ("Somalia is not Mali.", "MLI SOM"),
    ("Iraqi Kurdistan exported oil.", "IRQ"),
    ("The Bosnian Serb leader met Vucic.", "BIH SRB"),
    ("Our Chinese friends and Russian tourists came.", "CHN RUS"),
    ("It cost 5 million Australian dollars.", ""),
    ("C$20 and HK$30 were paid.", ""),
    ("Saudi Arabia's Faisal bin Farhan met Wang Yi.", "CHN SAU"),
    ("Guterres addressed the Security Council.", "org:un"),
    ("President Al-Assad met Mr Peskov.", "RUS SYR"),
    ("The Trump card was played.", ""),
    ("He trumped his rival in May.", ""),
    ("President Bush met Blair.", "GBR USA"),
    ("The Japanese yen and the Swiss franc rose.", ""),
    ("Japan and Switzerland agreed.", "CHE JPN"),
    ("Nigeria's naira fell.", "NGA"),
    ("The Kenya-born runner won.", "KEN"),
    ("The Moscow Times was founded in 1992.", ""),
    ("The Moscow region voted.", "RUS"),
    ("Kyiv Post and Kyiv Independent reported from Kyiv.", "UKR"),
    ("Al Jazeera is based in Doha.", "QAT"),
    ("Reporters of the Tehran Times and Press TV were there.", ""),
    ("The Georgian Dream party won.", "GEO"),
    ("Georgian wine sells well in Poland.", "GEO POL"),
]


def sentences(*rows):
    """Build sentences of one document from (text, voice, speaker, state, session), one after the other."""
    out, start = [], 0
    for text, voice, speaker, state, session in rows:
        span = {"doc_id": "d", "start": start, "end": start + len(text), "text": text, "session": session}
        out.append(span | {"voice": voice, "speaker": speaker, "state": state})
        start += len(text) + 1
    return tables.build("sentences", out)


def keys(text, **columns):
    """The keys found in one sentence."""
    row = {"doc_id": "d", "start": 0, "end": len(text), "text": text} | columns
    return " ".join(sorted(set(find_mentions(pd.DataFrame([row]), "states")["key"])))


@pytest.mark.parametrize(("text", "expected"), TRAPS)
def test_a_sentence_speaks_of_exactly_these_states(text, expected):
    """Each sentence gives exactly the keys of the states and organisations that it speaks of."""
    assert keys(text) == expected


def test_all_at_once_is_as_one_by_one():
    """The context of a sentence never reaches into its neighbour."""
    frame = pd.DataFrame(
        [{"doc_id": f"{i:03}", "start": 0, "end": len(t), "text": t} for i, (t, _) in enumerate(TRAPS)]
    )
    found = find_mentions(frame, "states").groupby("doc_id")["key"].agg(lambda own: " ".join(sorted(set(own))))
    expected = {f"{i:03}": wanted for i, (_, wanted) in enumerate(TRAPS) if wanted}
    assert found.to_dict() == expected


WORDS = st.sampled_from(
    [word for text, _ in TRAPS[:80] for word in text.split()] + ["\n", "US$5", "—", "in", "Mr", ","]
)


@settings(max_examples=60)
@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=4))
def test_every_mention_quotes_its_sentence(texts):
    """Whatever the words, a mention's span holds its text, inside its sentence."""
    frame = sentences(
        *[(text, "turn", None, state, 1) for text, state in zip(texts, ("RUS", "CHN", None, "RUS"), strict=False)]
    )
    document = " ".join(texts)
    for row in find_mentions(frame, "states").itertuples():
        assert document[row.start : row.end] == row.text
        own = frame[frame["start"] == row.sentence].iloc[0]
        assert own["start"] <= row.start < row.end <= own["end"]


def test_each_form_is_told():
    """Name, demonym, capital, government and person are told apart; a city counts as capital and is marked in `sub`."""
    text = "China and the Turkish side in Ankara and Samarkand met the Kremlin and Modi of BRICS."
    found = find_mentions(sentences((text, "narration", None, None, 1)), "states")
    columns = ["start", "end", "text", "key", "form", "kind", "sub", "sentence"]
    assert found[columns].astype(object).where(found[columns].notna(), None).values.tolist() == [
        [0, 5, "China", "CHN", "name", "state", None, 0],
        [14, 21, "Turkish", "TUR", "demonym", "state", None, 0],
        [30, 36, "Ankara", "TUR", "capital", "state", None, 0],
        [41, 50, "Samarkand", "UZB", "capital", "state", "city", 0],
        [59, 66, "Kremlin", "RUS", "government", "state", None, 0],
        [71, 75, "Modi", "IND", "person", "state", None, 0],
        [79, 84, "BRICS", "org:brics", "name", "organisation", None, 0],
    ]


def test_an_office_holder_stands_for_what_the_date_says():
    """A name with two offices means that of the day, undated the latest; a surname nobody before its time."""
    assert keys("Rutte spoke.", date=pd.Timestamp("2020-01-01")) == "NLD"
    assert keys("Rutte spoke.", date=pd.Timestamp("2025-06-01")) == "org:nato"
    assert keys("Rutte spoke.") == "org:nato"
    assert keys("Carney spoke.", date=pd.Timestamp("2012-06-01")) == ""
    assert keys("Carney spoke.", date=pd.Timestamp("2025-06-01")) == "CAN"
    assert keys("Obama spoke.", date=pd.Timestamp("2024-06-01")) == "USA"


TALK = [
    ("Mr President, your country is our friend.", "turn", "Vladimir Putin", "RUS", 1),
    ("Our relations grow, and you visited my country.", "turn", "Xi Jinping", "CHN", 1),
    ("Mr President, what do you think?", "turn", None, None, 2),
    ("Our country is ready; you know our relations.", "turn", "Vladimir Putin", "RUS", 2),
    ("You and your country.", "narration", None, None, 1),
    ("Your Highness, our countries are close.", "turn", "Vladimir Putin", "RUS", 3),
    ("I thank you.", "turn", "Tamim bin Hamad Al Thani", "QAT", 3),
]


def test_addresses_mean_the_states_of_a_talk():
    """Who talks with whom says which state "you", "our relations" and "my country" mean; in narration nothing does."""
    found = find_mentions(sentences(*TALK), "states")
    assert found[["text", "key", "form", "how"]].values.tolist() == [
        ["Mr President", "CHN", "address", "the other side of the talk"],
        ["your country", "CHN", "address", "the other side of the talk"],
        ["Our relations", "CHN", "address", "both sides of the talk"],
        ["Our relations", "RUS", "address", "both sides of the talk"],
        ["you", "RUS", "address", "the other side of the talk"],
        ["my country", "CHN", "address", "the speaker's own state"],
        ["Mr President", "RUS", "address", "the one who is asked"],
        ["you", "RUS", "address", "the one who is asked"],
        ["Our country", "RUS", "address", "the speaker's own state"],
        ["Your Highness", "QAT", "person", "the other side of the talk"],
        ["our countries", "QAT", "address", "both sides of the talk"],
        ["our countries", "RUS", "address", "both sides of the talk"],
        ["you", "RUS", "address", "the other side of the talk"],
    ]


def test_states_are_found_in_every_voice():
    """A label, a heading and a caption name states; a line of tags, which is nothing but names, does not."""
    rows = [("Russia", voice, None, None, 1) for voice in ("label", "heading", "quotation")]
    rows += [(text, "furniture", None, None, 1) for text in ("Putin Visits China © Pool", "Xi Jinping Nato Putin")]
    assert find_mentions(sentences(*rows), "states")["text"].tolist() == [
        "Russia",
        "Russia",
        "Russia",
        "Putin",
        "China",
    ]


def test_topics_are_not_looked_for_in_furniture():
    """A caption has no topic."""
    rows = [("Trade", voice, None, None, 1) for voice in ("furniture", "heading")]
    assert find_mentions(sentences(*rows), compile_dictionary({"trade": ["trade"]}))["start"].tolist() == [6]


def test_topics_have_no_form():
    """A topic's mention has its sub-topic and no form, and counts its traps' words for nothing."""
    dictionary = compile_dictionary({"entries": {"trade": {"patterns": {"goods": ["trade"]}, "not": ["trade unions"]}}})
    found = find_mentions(sentences(("Trade, not trade unions.", "turn", None, "RUS", 1)), dictionary)
    assert found[["start", "end", "text", "key", "kind", "sub"]].values.tolist() == [
        [0, 5, "Trade", "trade", "topic", "goods"]
    ]
    assert found[["form", "how"]].isna().all(axis=None)


def test_document_variables_travel():
    """Genre, source and date of the sentence stand in the mention's row."""
    row = {"doc_id": "d", "start": 5, "end": 11, "text": "Russia", "genre": "news", "source": "X"}
    found = find_mentions(pd.DataFrame([row | {"date": pd.Timestamp("2024-07-05")}]), "states").iloc[0]
    assert (found["start"], found["genre"], found["source"], str(found["date"].date())) == (
        5,
        "news",
        "X",
        "2024-07-05",
    )


def test_no_sentence_has_no_mention():
    """An empty table gives an empty table with all columns."""
    found = find_mentions(tables.build("sentences", []), "states")
    assert (len(found), list(found)) == (0, tables.TABLES["mentions"].names)


def test_a_table_without_text_is_refused():
    """The message names the table and the column that is missing."""
    with pytest.raises(TableError, match="the table `sentences` lacks the column text"):
        find_mentions(pd.DataFrame({"doc_id": ["d"], "start": [0], "end": [1]}), "states")


def parsed(*rows):
    """Build as much of a parsed corpus as a concordance needs."""
    frame = sentences(*rows)
    documents = pd.DataFrame({"doc_id": ["d"], "text": ["\n".join(row[0] for row in rows)]})
    return SimpleNamespace(documents=documents, sentences=frame, mentions=find_mentions(frame, "states"))


def test_a_concordance_shows_a_key_in_its_context():
    """Each mention of a key is a row with its neighbours, its speaker and its sentence."""
    rows = concordance(
        parsed(("I went to China.", "turn", "A", "RUS", 1), ("Beijing agreed.", "turn", "B", "CHN", 1)), "CHN", 6
    )
    assert rows.values.tolist() == [
        ["d", 10, 15, "nt to ", "China", ". Beij", "A", 0],
        ["d", 17, 24, "hina. ", "Beijing", " agree", "B", 17],
    ]


def test_a_concordance_takes_a_pattern():
    """What is no key is searched for by the matching rule."""
    rows = concordance(
        parsed(("Customs duties rose; a customs\nduty fell.", "turn", "A", "RUS", 1)), "customs dut*", window=4
    )
    assert rows[["start", "left", "text", "right"]].values.tolist() == [
        [0, "", "Customs duties", " ros"],
        [23, "; a ", "customs\nduty", " fel"],
    ]


def test_a_concordance_of_nothing_is_empty():
    """A pattern that never occurs gives no row and all columns."""
    rows = concordance(parsed(("Nothing.", "turn", "A", "RUS", 1)), "something")
    assert list(rows) == ["doc_id", "start", "end", "left", "text", "right", "speaker", "sentence"]
    assert rows.empty
