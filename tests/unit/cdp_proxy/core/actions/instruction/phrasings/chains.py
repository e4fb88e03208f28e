"""Several steps in one instruction: phrasings, and what is read from them."""

from __future__ import annotations

READ: list[tuple[str, list[str]]] = [
    (
        'type "x" into the field labelled Email and press Enter',
        ["fill field <Email> ['x']", "press ['Enter']"],
    ),
    (
        "fill the form: Name = Bob, Email = b@x.org",
        ["fill field <Name> ['Bob']", "fill field <Email> ['b@x.org']"],
    ),
    (
        'log in with user name "a" and password "b"',
        [
            "fill field <user name> ['a']",
            "fill field <password> {password} ['b']",
            "click button <log in> {submit}",
        ],
    ),
    (
        "Select Juan > Carlos > X",
        ["expand menu item <Juan>", "expand menu item <Carlos>", "click menu item <X>"],
    ),
    ("Select Wd, 4sg and click Submit", ["select el ['Wd', '4sg']", "click el <Submit>"]),
    (
        'Enter the username "x" and the password "y" into the text fields and press login.',
        [
            "fill field <username> ['x']",
            "fill field <password> {password} ['y']",
            "click el <login>",
        ],
    ),
    (
        'Use the textbox to enter "x" and press "Search", then find and click the 5th search result.',  # noqa: E501
        ["fill field ['x']", 'click el "Search"', "click item #5"],
    ),
    (
        '1. Click "A"\n2. Type "b" into Name\n3. Submit',
        ['click el "A"', "fill field <Name> ['b']", "click button {submit}"],
    ),
    ("click A, then B", ["click el <A>", "click el <B>"]),
    (
        "Click Terms and conditions and press OK",
        ["click el <Terms and conditions>", "click el <OK>"],
    ),
    (
        "Select 5 with the slider, click the 2nd checkbox, then hit Submit.",
        ["set slider ['5']", "click checkbox #2", "click el <Submit>"],
    ),
    (
        'Type the text "hello world" into the message box then press Tab twice',
        ["fill field <message> ['hello world']", "press ['Tab']", "press ['Tab']"],
    ),
    (
        'Enter "b@x.org" in the email field, "Bob" in the name field and press Continue',
        [
            "fill field <email> {email} ['b@x.org']",
            "fill field <name> ['Bob']",
            "click el <Continue>",
        ],
    ),
    (
        "enter username bob and password hunter2 then click Login",
        [
            "fill field <username> ['bob']",
            "fill field <password> {password} ['hunter2']",
            "click el <Login>",
        ],
    ),
    (
        "Log in as bob with password x",
        [
            "fill field <username> ['bob']",
            "fill field <password> {password} ['x']",
            "click button <log in> {submit}",
        ],
    ),
    (
        'log in with "bob" and "secret"',
        [
            "fill field <username> ['bob']",
            "fill field <password> {password} ['secret']",
            "click button <log in> {submit}",
        ],
    ),
    (
        "Press the down arrow key 3 times",
        ["press ['ArrowDown']", "press ['ArrowDown']", "press ['ArrowDown']"],
    ),
    (
        "Fill in the name field with %name% and the email field with %email%",
        ["fill field <name> ['%name%']", "fill field <email> {email} ['%email%']"],
    ),
    (
        'Search for "shoes"',
        ["fill field <search> {search} ['shoes']", "press field <search> {search} ['Enter']"],
    ),
    (
        "search for red shoes and click the first result",
        [
            "fill field <search> {search} ['red shoes']",
            "press field <search> {search} ['Enter']",
            "click item #1",
        ],
    ),
    (
        'fill out the form with name "Bob", email "b@x.org" and message "Hi, there"',
        [
            "fill field <name> ['Bob']",
            "fill field <email> {email} ['b@x.org']",
            "fill field <message> ['Hi, there']",
        ],
    ),
    (
        "Fill the form:\nName: Bob\nEmail: b@x.org\nThen submit",
        ["fill field <Name> ['Bob']", "fill field <Email> ['b@x.org']", "click button {submit}"],
    ),
    (
        'Write "Hello" in the comment box and click Post',
        ["fill field <comment> ['Hello']", "click el <Post>"],
    ),
    ('Type "foo" and hit enter', ["type ['foo']", "press ['Enter']"]),
    ('Dismiss the cookie banner and click "Start"', ["close dialog {cookie}", 'click el "Start"']),
    (
        'hover the mouse over "Products" and click "Shoes"',
        ['hover el "Products"', 'click el "Shoes"'],
    ),
    (
        'Expand "Advanced settings", then tick "Verbose"',
        ['expand el "Advanced settings"', 'check el "Verbose"'],
    ),
    ('refresh the page and wait for "Ready"', ["reload", 'waitFor el "Ready"']),
    (
        'In the "Login" form, enter "bob" into Username and click Submit',
        ["fill field <Username> [within form \"Login\"] ['bob']", "click el <Submit>"],
    ),
    (
        'click the email field and type "x" into it',
        ["click field <email> {email}", "fill field <email> {email} ['x']"],
    ),
    ('clear the name field and type "Ann"', ["clear field <name>", "type ['Ann']"]),
    (
        'First, click "A". Next, click "B". Finally, click "C".',
        ['click el "A"', 'click el "B"', 'click el "C"'],
    ),
    ('open the dropdown and choose "Red"', ["click list", "select el ['Red']"]),
    (
        'Click the search icon and type "dog", then press Enter.',
        ["click icon <search> {search}", "type ['dog']", "press ['Enter']"],
    ),
    (
        "Select 01/14/2016 as the date and hit submit.",
        ["set date ['2016-01-14']", "click el <submit>"],
    ),
    (
        "Select 12/02/2016 as the date and hit submit.",
        ["set date ['2016-12-02']", "click el <submit>"],
    ),
    (
        "Select 11/03/2016 as the date and hit submit.",
        ["set date ['2016-11-03']", "click el <submit>"],
    ),
    (
        "Select Helli from the list and click Submit.",
        ["select list ['Helli']", "click el <Submit>"],
    ),
    ("Click button ONE, then click button TWO.", ["click button <ONE>", "click button <TWO>"]),
    ("Select HF2 and click Submit.", ["select el ['HF2']", "click el <Submit>"]),
    (
        "Select nb, 8qiSp3m, pKybC69, v8Zs3, U6gHF and click Submit.",
        ["select el ['nb', '8qiSp3m', 'pKybC69', 'v8Zs3', 'U6gHF']", "click el <Submit>"],
    ),
    ("Expand the section below and click submit.", ["expand section", "click el <submit>"]),
    (
        'Click the "Menu" button, and then find and click on the item labeled "Save".',
        ['click button "Menu"', 'click item "Save"'],
    ),
    ("Select AU and click Submit.", ["select el ['AU']", "click el <Submit>"]),
    (
        'Expand the pie menu below and click on the item labeled "e".',
        ["expand menu", 'click item "e"'],
    ),
    (
        "Select Corrine, Catherine from the scroll list and click Submit.",
        ["select list ['Corrine', 'Catherine']", "click el <Submit>"],
    ),
    (
        "Select all the shades of red and press Submit.",
        ["click el every {red}", "click el <Submit>"],
    ),
    (
        "Enter 05/20/2010 as the date and hit submit.",
        ["set date ['2010-05-20']", "click el <submit>"],
    ),
    (
        'Enter the password "yA" into both text fields and press submit.',
        ["fill field every ['yA']", "click el <submit>"],
    ),
    (
        'Enter "Agustina" into the text field and press Submit.',
        ["fill field ['Agustina']", "click el <Submit>"],
    ),
    (
        'Type "agustina" in all upper case letters in the text input and press Submit.',
        ["fill field ['AGUSTINA']", "click el <Submit>"],
    ),
    (
        'Enter "6gH" into the text field and press Submit.',
        ["fill field ['6gH']", "click el <Submit>"],
    ),
    (
        "Enter 9:37 PM as the time and press submit.",
        ["set field <time> {time} ['21:37']", "click el <submit>"],
    ),
    (
        "Select 1 with the slider, click the 3rd checkbox, then hit Submit.",
        ["set slider ['1']", "click checkbox #3", "click el <Submit>"],
    ),
    (
        'Check the 1st radio button and enter the number "-5" into the 2nd textbox.',
        ["check radio #1", "fill field #2 ['-5']"],
    ),
    (
        'Choose 5ft 9in from the dropdown, then click the button labeled "Yes".',
        ["select list ['5ft 9in']", 'click button "Yes"'],
    ),
    (
        'Enter the username "karrie" and the password "AU" into the text fields and press login.',
        [
            "fill field <username> ['karrie']",
            "fill field <password> {password} ['AU']",
            "click el <login>",
        ],
    ),
    (
        'Use the textbox to enter "Renda" and press "Search", then find and click the 7th search result.',  # noqa: E501
        ["fill field ['Renda']", 'click el "Search"', "click item #7"],
    ),
    (
        'Click the "Share" button on all posts by @annis and then click Submit.',
        ['click button "Share" every [within item <@annis> every]', "click el <Submit>"],
    ),
    ("Select -99 with the slider and hit Submit.", ["set slider ['-99']", "click el <Submit>"]),
    ("Select -10 with the spinner and hit Submit.", ["set spinner ['-10']", "click el <Submit>"]),
]
"""Instruction and steps: method, target, arguments, destination (see `written`)."""
