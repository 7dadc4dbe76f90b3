"""Example conversations with every skill, in both languages: what is said, and what is answered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """Something that is said, the intent it has, and a pattern of the whole answer."""

    said: str
    intent: str
    answer: str
    spoken: bool = True
    """Whether it is tested aloud, too; otherwise it is typed in the conversations aloud."""


def typed(said: str, intent: str, answer: str) -> Line:
    """Answer a line that is only ever typed."""
    return Line(said, intent, answer, spoken=False)


TIME = r"\d+:\d\d [ap]\.m\."

ENGLISH: dict[str, list[Line]] = {
    "timers": [
        Line("Set a timer for ten minutes.", "timers.set", r"Timer set for 10 minutes\."),
        Line(
            "How much time is left on my timer?",
            "timers.remaining",
            r"(9 minutes and \d+ seconds|10 minutes) left on your timer of 10 minutes.*",
        ),
        typed("set a pizza timer", "timers.set", r"For how long\?"),
        typed("five minutes", "timers.set", r"Your pizza timer is set for 5 minutes\."),
        typed("cancel the pizza timer", "timers.cancel", r"I cancelled your pizza timer\."),
        typed("cancel all timers", "timers.cancel_all", r"I cancelled your timer of 10 minutes.*"),
    ],
    "alarms": [
        Line(
            "Wake me up tomorrow at seven.", "alarms.set", r"Alarm set: tomorrow at 7:00 a\.m\."
        ),
        Line("What alarms do I have?", "alarms.list", r"You have an alarm tomorrow at 7:00.*"),
        typed("cancel my alarm", "alarms.cancel", r"I cancelled your alarm tomorrow at 7:00.*"),
        typed("snooze", "alarms.snooze", r"No alarm has rung\."),
    ],
    "reminders": [
        Line(
            "Remind me in two hours to call my mother.",
            "reminders.set",
            rf"I will remind you: call your mother, (today|tomorrow) at {TIME}",
        ),
        typed("what reminders do I have", "reminders.list", r"Your reminders: call your mother.*"),
        typed("delete all reminders", "reminders.cancel_all", r"I deleted .*reminder.*"),
    ],
    "shopping_list": [
        Line(
            "Put apples and cheese on the shopping list.",
            "shopping_list.add",
            r"I put apples and cheese on your shopping list\.",
        ),
        Line("What is on my shopping list?", "shopping_list.read", r".*apples.*cheese.*"),
        typed("take the apples off the list", "shopping_list.remove", r"I took apples off .*"),
        typed("clear my shopping list", "shopping_list.clear", r"Your shopping list is empty now."),
    ],
    "todo_list": [
        typed("add wash the car to my to-do list", "todo_list.add", r"I put wash the car on .*"),
        Line("What is on my to-do list?", "todo_list.read", r"On your to-do list: wash the car\."),
        typed("mark wash the car as done", "todo_list.remove", r"I took wash the car off .*"),
    ],
    "time_and_date": [
        Line(
            "What time is it in Tokyo?", "time_and_date.time_in", rf"In Tokyo it is {TIME}( \w+\.)?"
        ),
        Line("What is the date tomorrow?", "time_and_date.date", r"Tomorrow is \w+, \d+ \w+ \d+\."),
    ],
    "arithmetic": [
        Line("What is twelve plus seven?", "arithmetic.calculate", r"That is 19\."),
        typed("what is 20 percent of 50", "arithmetic.percent", r"That is 10\."),
    ],
    "units": [
        Line(
            "Convert five kilometers to miles.",
            "units.convert",
            r"5 kilometers is about 3\.107 miles\.",
        ),
    ],
    "calendar_facts": [
        Line(
            "How many days are in February?",
            "calendar_facts.days_in_month",
            r"It has 2[89] days this year\.",
        ),
        typed("is 2028 a leap year", "calendar_facts.leap", r"2028 is a leap year\."),
    ],
    "calling": [
        Line("I was not talking to you.", "calling.not_to_you", r"Sorry\. I will try .*"),
        typed("wasn't talking to you", "calling.not_to_you", r"Sorry\. I will try .*"),
        typed("that was only the television", "calling.nobody", r"Sorry\. I will try .*"),
        typed("nobody called you", "calling.nobody", r"Sorry\. I will try .*"),
    ],
    "chance": [
        Line("Flip a coin.", "chance.coin", r"(Heads|Tails)\."),
        typed("roll two dice", "chance.dice", r"You rolled \d and \d, together \d+\."),
    ],
    "stories": [
        Line("Tell me another joke.", "stories.joke", r".{20,200}"),
        typed("tell me a bedtime story", "stories.story", r".{300,}Good night\."),
    ],
    "weather": [
        Line(
            "What is the weather tomorrow?",
            "weather.forecast",
            r"Tomorrow it will be raining a little, between 4 and 12 degrees\.",
        ),
        typed("do I need an umbrella", "weather.rain", r"Today it will probably stay dry: .*"),
    ],
    "volume": [
        Line(
            "Set the volume to fifty percent.", "volume.set", r"The volume is at 50 percent\."
        ),
        typed("louder", "volume.louder", r"The volume is at 65 percent\."),
    ],
    "repeat": [
        typed("what is 3 times 4", "arithmetic.calculate", r"That is 12\."),
        Line("Say that again.", "repeat.again", r"That is 12\."),
    ],
    "intercom": [
        Line(
            "Tell everyone that dinner is ready.",
            "intercom.announce",
            r"I said it in the bedroom\.",
        ),
    ],
    "music": [
        Line("Play some music.", "music.play", r"Here is first light\."),
    ],
    "quiet": [
        Line("Stop the music.", "quiet.stop", r"Nothing is playing\."),
    ],
    "ask": [
        Line("Ask the internet why the sky is blue.", "ask.ask", r"Because of the air\."),
    ],
    "notes": [
        Line(
            "Remember that the key is in the kitchen.",
            "notes.remember",
            r"I will remember that the key is in the kitchen\.",
        ),
        Line(
            "What do you know about the key?",
            "notes.recall",
            r"You told me that the key is in the kitchen\.",
        ),
        typed(
            "forget what I told you about the key",
            "notes.drop",
            r"I no longer remember that the key is in the kitchen\.",
        ),
    ],
    "coffee": [
        Line(
            "I would like a small mocha.", "coffee.orderDrink", r"One small mocha, coming up\."
        ),
    ],
    "two requests": [
        Line(
            "Set a timer for five minutes and what is two plus two?",
            "timers.set",
            r"Timer set for 5 minutes\. That is 4\.",
        ),
    ],
    "door": [
        Line("Who rang at the door today?", "door.today", r"I have kept nothing of anybody .*"),
        typed("who is at the door", "door.last", r"I have kept nothing of anybody ringing\."),
        typed("tell them to leave the parcel", "door.tell", r"I cannot be heard at the door now\."),
        typed("good night", "door.mode", r"Good night\. The cameras do now .*"),
        typed("we are home", "door.mode", r"Welcome home\. The cameras do now .*"),
        typed(
            "delete the front door's recordings from this morning",
            "privacy.forget_film",
            r"I had kept no such recording: front door\.",
        ),
    ],
    "privacy": [
        Line("What is twelve plus seven?", "arithmetic.calculate", r"That is 19\."),
        Line(
            "Why did you do that?",
            "privacy.why",
            r"I understood a request about arithmetic\. I (kept it sealed|did not keep it)\..*",
        ),
        Line("What did you hear today?", "privacy.heard_today", r"I have kept .*recording.*"),
        Line("Delete everything I said today.", "privacy.forget_today", r".*receipt\."),
        typed("what is 1 plus 1", "arithmetic.calculate", r"That is 2\."),
        typed("forget what I just said", "privacy.forget_last", r"I had kept no recording of .*"),
        typed("delete the last hour", "privacy.forget_hour", r".*the last hour.*receipt\."),
        typed("delete everything by me", "privacy.forget_everything", r".*from you.*receipt\."),
        typed("delete everything in this room", "privacy.forget_room", r".*this room.*receipt\."),
        typed("who has listened to my recordings", "privacy.listened", r"Nobody has listened .*"),
        typed("stop recording", "privacy.stop_recording", r"From now on I keep nothing .*"),
        typed("start recording", "privacy.start_recording", r"From now on I keep here again .*"),
        typed("go to sleep until tomorrow", "privacy.sleep", r".*until tomorrow at 7:00 a\.m\..*"),
        typed("wake up", "privacy.start", r"I am listening again\."),
        Line("Stop listening.", "privacy.stop", r"I have stopped listening here\..*"),
        Line("Start listening.", "privacy.start", r"I am listening again\."),
    ],
}  # fmt: skip
"""By skill; `home` has tests of its own, since it needs a broker."""

GERMAN: dict[str, list[Line]] = {
    "timers": [
        typed("Stelle einen Timer auf zehn Minuten.", "timers.set", r"Timer auf 10 Minuten .*"),
        typed("Stelle einen Nudeltimer", "timers.set", r"Für wie lange\?"),
        typed("acht Minuten", "timers.set", r"Dein Timer Nudel ist auf 8 Minuten gestellt\."),
        typed("Lösche den Timer für die Nudel", "timers.cancel", r"Gelöscht: dein Timer Nudel\."),
    ],
    "alarms": [
        typed(
            "Weck mich morgen um sieben.", "alarms.set", r"Der Wecker ist gestellt: morgen um 7.*"
        ),
        typed("Lösche alle Wecker", "alarms.cancel_all", r"Ich habe deinen Wecker morgen .*"),
    ],
    "reminders": [
        typed(
            "Erinnere mich in zwei Stunden an meine Pizza",
            "reminders.set",
            r"Ich erinnere dich: deine Pizza, .*",
        ),
    ],
    "shopping_list": [
        typed(
            "Setze Milch und Brot auf meine Einkaufsliste",
            "shopping_list.add",
            r"Auf deiner Einkaufsliste steht jetzt: Milch und Brot\.",
        ),
        Line(
            "Was ist auf meiner Einkaufsliste?",
            "shopping_list.read",
            r"Auf deiner Einkaufsliste: Milch und Brot\.",
        ),
    ],
    "todo_list": [
        Line(
            "Was steht auf meiner Aufgabenliste?",
            "todo_list.read",
            r"Deine Aufgabenliste ist leer\.",
        ),
    ],
    "time_and_date": [
        typed("Wie spät ist es in Tokio?", "time_and_date.time_in", r"In Tokio ist es .*"),
    ],
    "arithmetic": [typed("Was ist zwölf plus sieben?", "arithmetic.calculate", r"Das ist 19\.")],
    "units": [
        typed("Wie viel sind 5 Kilometer in Meilen", "units.convert", r"5 Kilometer .* Meilen\."),
    ],
    "calendar_facts": [
        typed("Ist 2028 ein Schaltjahr?", "calendar_facts.leap", r"2028 ist ein Schaltjahr\."),
    ],
    "calling": [
        typed("Ich habe nicht mit dir geredet", "calling.not_to_you", r"Entschuldigung\..*"),
        typed("Das war nur der Fernseher", "calling.nobody", r"Entschuldigung\..*"),
    ],
    "chance": [typed("Wirf eine Münze", "chance.coin", r"(Kopf|Zahl)\.")],
    "stories": [
        typed("Erzähl mir einen Witz", "stories.joke", r".{20,200}"),
        typed("Erzähl mir eine Gutenachtgeschichte", "stories.story", r".{300,}Gute Nacht\."),
    ],
    "weather": [
        typed("Wie wird das Wetter morgen?", "weather.forecast", r"Morgen wird es .* Grad\."),
    ],
    "volume": [
        typed("Lautstärke fünfzig", "volume.set", r"Die Lautstärke ist bei 50 Prozent\."),
        Line("Lauter!", "volume.louder", r"Die Lautstärke ist bei 65 Prozent\."),
    ],
    "repeat": [
        typed("Was ist drei mal vier?", "arithmetic.calculate", r"Das ist 12\."),
        typed("Sag das noch einmal", "repeat.again", r"Das ist 12\."),
    ],
    "intercom": [
        typed(
            "Sag allen, das Essen ist fertig", "intercom.announce", r"Ich habe es gesagt: bedroom\."
        ),
    ],
    "music": [typed("Spiel Musik", "music.play", r"Hier ist first light\.")],
    "quiet": [Line("Stopp!", "quiet.stop", r"Es läuft gerade nichts\.")],
    "ask": [
        typed("Frag das Internet, warum der Himmel blau ist", "ask.ask", r"Because of the air\."),
    ],
    "notes": [
        typed(
            "Merke dir, dass der Schlüssel in der Küche liegt",
            "notes.remember",
            r"Ich merke mir: der Schlüssel in der Küche liegt\.",
        ),
        typed("Was weißt du über den Schlüssel?", "notes.recall", r"Du hast mir gesagt: der .*"),
    ],
    "door": [
        typed("Wer hat heute geklingelt?", "door.today", r"Ich habe nichts davon behalten, .*"),
        typed("Wer ist an der Tür?", "door.last", r"Ich habe nichts davon behalten, .*"),
        typed(
            "Sag ihm, er soll das Paket vor der Tür abstellen",
            "door.tell",
            r"An der Tür hört man mich gerade nicht\.",
        ),
        typed("Gute Nacht", "door.mode", r"Gute Nacht\. Die Kameras tun jetzt, .*"),
        typed(
            "Lösche die Aufnahmen von front door von heute früh",
            "privacy.forget_film",
            r"Davon hatte ich keine Aufnahme behalten: front door\.",
        ),
    ],
    "privacy": [
        Line("Was hast du gehört?", "privacy.heard", r"Ich habe .*behalten.*"),
        typed("Lösche, was ich gerade gesagt habe", "privacy.forget_last", r".*"),
        typed("Lösche alles, was ich heute gesagt habe", "privacy.forget_today", r".*Quittung\."),
        typed("Lösche die letzte Stunde", "privacy.forget_hour", r".*letzten Stunde.*Quittung\."),
        typed("Lösche alles von mir", "privacy.forget_everything", r".*von dir.*Quittung\."),
        typed("Lösche alles von hier", "privacy.forget_room", r".*diesem Raum.*Quittung\."),
        typed("Wer hat meine Aufnahmen gehört?", "privacy.listened", r"Niemand hat .*"),
        typed("Warum hast du das gesagt?", "privacy.why", r".*"),
        typed("Hör auf aufzunehmen", "privacy.stop_recording", r"Ab jetzt behalte ich nichts .*"),
        typed("Nimm wieder auf", "privacy.start_recording", r"Ab jetzt behalte ich hier wieder.*"),
        typed("Schlaf bis morgen früh", "privacy.sleep", r".*bis morgen um 7 Uhr\..*"),
        typed("Wach auf", "privacy.start", r"Ich höre wieder zu\."),
        typed("Schlaf bis sieben Uhr", "privacy.sleep", r"Ich höre hier nicht mehr zu, bis .*"),
        typed("Wach auf", "privacy.start", r"Ich höre wieder zu\."),
    ],
}
