from django.urls import path, re_path

from audience.views import account, subscription

app_name = "audience"
urlpatterns = [
    path("subscribe/", subscription.subscribe, name="subscribe"),
    path("subscribe/check-your-inbox/", subscription.check_inbox, name="check_inbox"),
    path("confirm/<str:token>/", subscription.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", subscription.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>/", account.choose, name="preferences"),
    path("preferences/<str:token>/link/", account.mail_link, name="mail_link"),
    path("account/<str:token>/", account.show, name="account"),
    path("account/<str:token>/download/", account.download, name="download"),
    path("account/<str:token>/erase/", account.erase, name="erase"),
    path("account/<str:token>/move/", account.move, name="move"),
    # A link that lost its end, or has something of the mail at it, opens as well; and a mail
    # program's POST must not be sent to another address.
    re_path(r"^confirm/(?P<token>[\s\S]*)$", subscription.confirm),
    re_path(r"^unsubscribe/(?P<token>[\s\S]*)$", subscription.unsubscribe),
    re_path(r"^preferences/(?P<token>[\s\S]*)$", account.choose),
    re_path(r"^account/(?P<token>[\s\S]*)$", account.show),
]
